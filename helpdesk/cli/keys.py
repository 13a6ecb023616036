"""``helpdesk keys``: the key ring."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk.cli.confirmation import YesOption, confirm
from helpdesk.cli.frame import DEFAULT_CONFIG, ConfigOption, Frame, JsonOption, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from helpdesk.config import Config
    from helpdesk.trust.issuer import Issuer

__all__ = ["add"]

OutOption = Annotated[Path, typer.Option("--out", metavar="DIR")]
OutFileOption = Annotated[Path, typer.Option("--out", metavar="FILE")]
RootOption = Annotated[Path, typer.Option("--root", metavar="DIR")]
KidArgument = Annotated[str, typer.Argument(metavar="KID", show_default=False)]


def add(app: typer.Typer) -> None:
    """Register the group of commands."""
    group = typer.Typer(no_args_is_help=True)
    group.command("init")(init)
    group.command("rotate")(rotate)
    group.command("init-root")(init_root)
    group.command("renew-issuer")(renew_issuer)
    group.command("list")(list_keys)
    group.command("revoke")(revoke)
    group.command("trust-list")(trust_list)
    app.add_typer(group, name="keys")


def init(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Make a key ring where the configuration wants it."""
    from helpdesk.key_check import LOST, has_check_value
    from helpdesk.security import KeyRing, KeyRingError

    frame = frame_of(context)
    settings = frame.load(config)
    folder = settings.keys
    root = folder / KeyRing.ROOT_FILE
    if not root.exists() and asyncio.run(has_check_value(settings)):
        raise KeyRingError(LOST, path=str(root))
    KeyRing.create(folder)
    if as_json:
        frame.json({"keys": str(folder), "access": str(folder / KeyRing.ACCESS_FILE)})
    else:
        frame.say("cli.keys.made", path=str(folder), access=str(folder / KeyRing.ACCESS_FILE))


def rotate(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Add a key version for what is sealed from now on."""
    from helpdesk.security import KeyRing

    frame = frame_of(context)
    version = KeyRing.rotate(frame.load(config).keys)
    if as_json:
        frame.json({"version": version})
    else:
        frame.say("cli.keys.rotated", version=str(version))


def init_root(
    context: typer.Context,
    out: OutOption,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Make the root that kiosks will trust, and the issuer that signs in its name."""
    from helpdesk.clock import SystemClock
    from helpdesk.security import KeyRing
    from helpdesk.trust.issuer import init_root as make

    frame = frame_of(context)
    settings = frame.load(config)
    folder = settings.keys
    issuer = make(out, folder, KeyRing.open(folder), SystemClock().now(), os.urandom)
    _tell_issuer(frame, "cli.keys.root_made", issuer, out, settings.centre.zone, as_json=as_json)


def renew_issuer(
    context: typer.Context,
    root: RootOption,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Have a new issuer certified by the root, which is brought back for this."""
    from helpdesk.clock import SystemClock
    from helpdesk.security import KeyRing
    from helpdesk.trust.issuer import renew_issuer as renew

    frame = frame_of(context)
    settings = frame.load(config)
    folder = settings.keys
    issuer = renew(root, folder, KeyRing.open(folder), SystemClock().now(), os.urandom)
    zone = settings.centre.zone
    _tell_issuer(frame, "cli.keys.issuer_renewed", issuer, root, zone, as_json=as_json)


def list_keys(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Tell the keys that the trust list names."""
    from helpdesk.trust.commands import LIST

    frame = frame_of(context)
    settings = frame.load(config)

    def tell(line: Mapping[str, Any]) -> None:
        if as_json:
            frame.json(line)
            return
        key = "cli.keys.revoked_key" if line["revoked_at"] else "cli.keys.key"
        words = {name: str(value) for name, value in line.items() if name != "uses"}
        for name in ("not_before", "not_after", "revoked_at"):
            words[name] = _minute(line[name], settings.centre.zone) if line[name] else ""
        frame.say(key, uses=", ".join(line["uses"]), **words)

    frame.run(settings, LIST, {}, tell)


def revoke(
    context: typer.Context,
    kid: KidArgument,
    yes: YesOption = False,  # noqa: FBT002 - a flag
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Let nothing hold any more that a key has signed, after asking."""
    from helpdesk.trust.commands import REVOKE

    frame = frame_of(context)
    settings = frame.load(config)
    if not yes:
        _confirm_revoke(frame, settings, kid)

    def tell(line: Mapping[str, Any]) -> None:
        if as_json:
            frame.json(line)
        else:
            key = "cli.keys.revoked" if line["fresh"] else "cli.keys.revoked_before"
            frame.say(key, kid=line["kid"])

    frame.run(settings, REVOKE, {"kid": kid}, tell)


def _confirm_revoke(frame: Frame, settings: Config, kid: str) -> None:
    """Ask by the holder's name; a key that is unknown or revoked already loses nothing by it."""
    from helpdesk.trust.commands import LIST

    found: list[Mapping[str, Any]] = []
    frame.run(settings, LIST, {}, found.append)
    for line in found:
        if line["kid"] == kid.strip().lower() and not line["revoked_at"]:
            words = {name: str(line[name]) for name in ("kid", "centre", "holder", "not_after")}
            uses = ", ".join(line["uses"])
            confirm(
                frame,
                frame.text("cli.keys.revoke.question", uses=uses, **words),
                str(line["holder"]),
            )


def trust_list(
    context: typer.Context,
    out: OutFileOption,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Write the trust list to a file, for kiosks without a network."""
    from helpdesk.trust.commands import TRUST_LIST

    frame = frame_of(context)

    def tell(line: Mapping[str, Any]) -> None:
        if as_json:
            frame.json(line)
        else:
            frame.say("cli.keys.list_written", version=str(line["version"]), file=line["file"])

    frame.run(frame.load(config), TRUST_LIST, {"file": str(out.absolute())}, tell)


def _tell_issuer(
    frame: Frame, key: str, issuer: Issuer, root: Path, zone: ZoneInfo, *, as_json: bool
) -> None:
    words = {
        "root": issuer.root.public.hex(),
        "folder": str(root),
        "issuer": issuer.signer.key.kid.hex(),
        "until": issuer.not_after.isoformat(),
    }
    if as_json:
        frame.json(words)
    else:
        frame.say(key, **{**words, "until": _minute(words["until"], zone)})


def _minute(moment: str, zone: ZoneInfo) -> str:
    """A moment in ISO 8601 on the centre's wall clock."""
    from datetime import datetime

    return datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M")

"""``helpdesk packs``: the data that kiosks answer from while the network is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from helpdesk.cli.frame import DEFAULT_CONFIG, NEGATIVE, ConfigOption, JsonOption, frame_of
from helpdesk.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helpdesk.cli.frame import Frame
    from helpdesk.config import Config
    from helpdesk.packs.keys import PackKeys
    from helpdesk.packs.shelf import Shelf

__all__ = ["add"]

_TIME = "%Y-%m-%d %H:%M"


def add(app: typer.Typer) -> None:
    """Register the group of commands."""
    group = typer.Typer(no_args_is_help=True)
    group.command("build")(build)
    group.command("list")(list_packs)
    group.command("verify")(verify)
    app.add_typer(group, name="packs")


def build(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Build what the registry has that the packs lack, and publish it."""
    from helpdesk.packs.commands import BUILD

    frame = frame_of(context)
    settings = frame.load(config)
    report: dict[str, Any] = {}

    def take(line: Mapping[str, Any], show: Callable[[float, float], None]) -> None:
        if "progress" in line:
            show(line["progress"]["done"], line["progress"]["total"])
        else:
            report.update(line["report"])

    with progress_bar(frame.err, frame.text("cli.packs.running")) as show:
        frame.run(settings, BUILD, {}, lambda line: take(line, show))
    if as_json:
        frame.json(report)
    else:
        key = "cli.packs.built" if report["version"] else "cli.packs.empty"
        frame.say(key, **{name: str(count) for name, count in report.items()})
    if report["unreadable"]:
        frame.say("cli.packs.unreadable", rows=str(report["unreadable"]))
        raise typer.Exit(NEGATIVE)


def list_packs(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Show what is published."""
    from helpdesk.packs.proof import signed_manifest

    frame = frame_of(context)
    settings = frame.load(config)
    shelf, keys = _opened(settings)
    manifest = signed_manifest(shelf, keys)
    pieces = {piece.file.name: piece for piece in shelf.load().pieces}
    if not as_json:
        zone = settings.centre.zone
        frame.say(
            "cli.packs.head",
            version=str(manifest.version),
            files=str(len(manifest.files)),
            as_of=manifest.as_of.astimezone(zone).strftime(_TIME),
            expires=manifest.expires.astimezone(zone).strftime(_TIME),
        )
    for file in manifest.files:
        piece = pieces.get(file.name)
        row = {
            "pack": file.pack,
            "region": file.region,
            "epoch": file.epoch,
            "invoices": piece.count if piece else None,
            "bytes": file.length,
            "as_of": file.as_of.isoformat(),
            "name": file.name,
        }
        _show(frame, row, as_json=as_json)


def verify(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Read every published file and compare it with the signed list."""
    from helpdesk.packs.errors import PacksError
    from helpdesk.packs.proof import prove, signed_manifest

    frame = frame_of(context)
    shelf, keys = _opened(frame.load(config))
    try:
        manifest = signed_manifest(shelf, keys)
    except PacksError as error:
        if error.code == "packs.none":
            raise
        frame.complain(error)
        raise typer.Exit(NEGATIVE) from error
    wrong = 0
    with progress_bar(frame.err, frame.text("cli.packs.proving")) as show:
        for done, proof in enumerate(prove(shelf, keys, manifest), 1):
            show(done, len(manifest.files))
            wrong += bool(proof.code)
            if as_json:
                frame.json({"name": proof.name, "ok": not proof.code, "error": proof.code or None})
            elif proof.code:
                reason = frame.text(f"error.{proof.code}")
                frame.err.write(f"error[{proof.code}]: {proof.name}: {reason}\n")
    if not as_json:
        key = "cli.packs.wrong" if wrong else "cli.packs.proved"
        frame.say(key, wrong=str(wrong), files=str(len(manifest.files)))
    if wrong:
        raise typer.Exit(NEGATIVE)


def _opened(config: Config) -> tuple[Shelf, PackKeys]:
    from helpdesk.packs.keys import PackKeys
    from helpdesk.packs.shelf import Shelf
    from helpdesk.security import KeyRing

    return Shelf(config.packs_folder), PackKeys(KeyRing.open(config.keys), config.packs)


def _show(frame: Frame, row: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        frame.json(row)
        return
    invoices = "–" if row["invoices"] is None else str(row["invoices"])
    texts = {name: str(value) for name, value in row.items()}
    frame.say("cli.packs.line", **{**texts, "invoices": invoices})

"""`helpdesk import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk.cli.frame import DEFAULT_CONFIG, NEGATIVE, ConfigOption, JsonOption, frame_of
from helpdesk.cli.progress import progress_bar
from helpdesk.registry.commands import IMPORT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helpdesk.cli.frame import Frame
    from helpdesk.slices import JsonValue

__all__ = ["add"]

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]
StrictOption = Annotated[bool, typer.Option("--strict")]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("import")(import_file)


def import_file(
    context: typer.Context,
    file: FileArgument,
    strict: StrictOption = False,  # noqa: FBT002 - a flag
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Take invoices from a file into the registry."""
    frame = frame_of(context)
    settings = frame.load(config)
    report = _Report(frame, as_json=as_json)
    with progress_bar(frame.err, frame.text("cli.import.running")) as show:
        params: dict[str, JsonValue] = {"file": str(file.absolute()), "strict": strict}
        frame.run(settings, IMPORT, params, lambda line: report.take(line, show))
    if report.finish():
        raise typer.Exit(NEGATIVE)


class _Report:
    """Tells refused rows as they come, and at the end what was done."""

    def __init__(self, frame: Frame, *, as_json: bool) -> None:
        self._frame = frame
        self._as_json = as_json
        self._summary: dict[str, Any] = {}

    def take(self, line: Mapping[str, Any], show: Callable[[float, float], None]) -> None:
        """One line of the command."""
        if "progress" in line:
            show(line["progress"]["done"], line["progress"]["total"])
        elif "refused" in line:
            self._refused(**line["refused"])
        else:
            self._summary = line["summary"]

    def finish(self) -> bool:
        """Tell the summary; whether there were refused rows."""
        if self._as_json:
            self._frame.json({"summary": self._summary})
        else:
            key = "checked" if self._summary["checked_only"] else "done"
            numbers = {name: str(count) for name, count in self._summary.items()}
            self._frame.say(f"cli.import.{key}", **numbers)
        return bool(self._summary["refused"])

    def _refused(self, line: int, code: str, params: Mapping[str, str]) -> None:
        reason = self._frame.text(f"error.{code}", **params)
        if self._as_json:
            self._frame.json({"line": line, "code": code, **params, "message": reason})
        else:
            said = self._frame.text("cli.import.refused", line=str(line), reason=reason)
            self._frame.err.write(f"error[{code}]: {said}\n")

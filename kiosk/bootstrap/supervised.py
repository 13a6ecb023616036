"""`kiosk run`: the screen in a child of this process, which stays small and brings it back.

Imports inside functions: here only what the child needs as well, so that nothing delays it.
"""

from __future__ import annotations

import resource
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.console import Console
from kiosk.errors import KioskError
from kiosk.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence


def run_supervised(config: Path, environ: MutableMapping[str, str]) -> int:
    """Run until the screen ends for good; the exit status."""
    supervisor = Supervisor(
        partial(_screen, config, environ),
        console=Console(partial(_notice, config, environ)),
        monotonic=time.monotonic,
    )
    # A core file would hold what visitors scan; the screen shuts the rest of its memory itself.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        return supervisor.run()
    except KioskError as error:
        from kiosk.complaints import tell, texts

        return tell(texts(environ), error)


def _screen(config: Path, environ: MutableMapping[str, str]) -> int:
    from kiosk.bootstrap.__main__ import main

    return main(config, environ)


def _notice(config: Path, environ: MutableMapping[str, str]) -> Sequence[str]:
    """The last words in every language; none where configuration or catalogues went away."""
    from kiosk.config_file import load
    from kiosk.i18n import Catalogues

    try:
        first = load(config, environ).kiosk.language
        catalogues = Catalogues(first, domains=("tui",))
    except KioskError:
        return ()  # a restart that fails for the same reason tells it
    say = "outofservice.last_words"
    return [catalogues.translator(code)(say) for code in catalogues.languages]

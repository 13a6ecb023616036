"""A Textual app that no visitor, no text and no fault can open, quit or make talk."""

from __future__ import annotations

import asyncio
import signal
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.worker import WorkerFailed

if TYPE_CHECKING:
    from textual.driver import Driver

DEAD_KEYS = ("ctrl+q", "ctrl+c", "ctrl+z", "ctrl+p", "ctrl+backslash", "super+c")


class HardenedApp(App[None], inherit_bindings=False):
    """No way out but `exit()`, called by the kiosk itself.

    `last_words` is what the terminal shows after a fault; `on_fault` hears the type and the
    places of the fault, never its message or a local: those may name a person.
    """

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, "nothing", show=False, priority=True) for key in DEAD_KEYS
    ]

    def __init__(
        self,
        *,
        last_words: str,
        on_fault: Callable[[str], None],
        driver_class: type[Driver] | None = None,
    ) -> None:
        super().__init__(driver_class=driver_class)
        self._last_words = last_words
        self._on_fault = on_fault
        self._begin: Callable[[], None] | None = None

    def on_mount(self) -> None:
        """A service manager's SIGTERM must leave the terminal as it was."""
        if not self.is_headless:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.exit)

    def once_painted(self, begin: Callable[[], None]) -> None:
        """Call `begin` once: after the first paint, or before the first key or touch counts.

        Textual leaves such a call to the screen that is there. Where a quick key covers that
        one before it is painted, the call comes when the page is left, or never.
        """
        self._begin = begin
        self.call_after_refresh(self._begin_now)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.InputEvent, events.Paste)):
            self._begin_now()
        await super().on_event(event)

    def _begin_now(self) -> None:
        begin, self._begin = self._begin, None
        if begin is not None:
            begin()

    def action_nothing(self) -> None:
        """Swallow the key."""

    async def action_quit(self) -> None:
        """Dead: actions can be named in markup and on keys."""

    def action_suspend_process(self) -> None:
        """Dead."""

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Dead: it would write a file with a visitor's data."""

    def action_command_palette(self) -> None:
        """Dead."""

    def action_change_theme(self) -> None:
        """Dead."""

    def action_toggle_dark(self) -> None:
        """Dead."""

    def action_show_help_panel(self) -> None:
        """Dead."""

    async def action_push_screen(self, screen: str) -> None:
        """Dead."""

    async def action_switch_screen(self, screen: str) -> None:
        """Dead."""

    async def action_pop_screen(self) -> None:
        """Dead."""

    async def action_switch_mode(self, mode: str) -> None:
        """Dead."""

    async def action_back(self) -> None:
        """Dead: each screen knows its own way back."""

    async def action_simulate_key(self, key: str) -> None:
        """Dead."""

    def action_notify(self, message: str, title: str = "", severity: str = "information") -> None:
        """Dead: it would say what a text wants it to say."""

    def action_help_quit(self) -> None:
        """Dead."""

    async def action_toggle(self, attribute_name: str) -> None:
        """Dead: it can switch any attribute."""

    async def action_add_class(self, selector: str, class_name: str) -> None:
        """Dead."""

    async def action_remove_class(self, selector: str, class_name: str) -> None:
        """Dead."""

    async def action_toggle_class(self, selector: str, class_name: str) -> None:
        """Dead."""

    def _handle_exception(self, error: Exception) -> None:
        """End with exit code 1 and one sentence instead of a traceback with locals.

        Overrides Textual's hook of the same name, which also hears errors that would go to
        `panic` because they have a `__rich__` method.
        """
        self._return_code = 1
        if self._exception is None:
            self._exception = error  # Pilot raises this one again, so that tests see the fault
            vars(self)["_exception_event"].set()  # typed wrongly upstream, hence by its name
            self._on_fault(fault_places(error))
            self.panic(Text(self._last_words))


def fault_places(error: BaseException) -> str:
    """Type and places of a fault, innermost first."""
    cause = error.error if isinstance(error, WorkerFailed) else error
    frames = traceback.extract_tb(cause.__traceback__)
    places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[::-1])
    return f"{type(cause).__name__} at {places}"

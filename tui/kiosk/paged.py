"""Pages come and go above a start; of those that are gone nothing is kept."""

from __future__ import annotations

from rich.cells import cached_cell_len
from textual._context import visible_screen_stack

from tui.kiosk.hardened import HardenedApp
from tui.kiosk.screen import KioskScreen

ERASE_SCROLLBACK = "\x1b[3J"


class PagedApp(HardenedApp):
    """The start, at most one page above it, and what is laid over that."""

    @property
    def page(self) -> KioskScreen | None:
        """What is to see, or lies right under what was laid over it."""
        screens = [screen for screen in self.screen_stack if isinstance(screen, KioskScreen)]
        return next((screen for screen in reversed(screens) if not screen.OVERLAY), None)

    def show(self, page: KioskScreen) -> None:
        """Make `page` the one above the start; whatever lay over the old page is gone."""
        self.uncover_all()
        if len(self.screen_stack) > 1:
            self.switch_screen(page)
        else:
            self.push_screen(page)

    def cover(self, overlay: KioskScreen) -> None:
        """Lay a screen over the page, which stays as it is underneath."""
        if type(self.screen) is not type(overlay):
            self.push_screen(overlay)

    def uncover(self) -> None:
        """Take away what was laid over the page."""
        if isinstance(self.screen, KioskScreen) and self.screen.OVERLAY:
            self.pop_screen()

    def uncover_all(self) -> None:
        """Take away all that was laid over the page."""
        while isinstance(self.screen, KioskScreen) and self.screen.OVERLAY:
            self.pop_screen()

    def clear_pages(self) -> None:
        """Only the start is left: no widget, no text measured and no scrolled line of a page."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.clear_notifications()
        self._mouse_down_widget = None
        cached_cell_len.cache_clear()
        self.call_later(self._forget_backgrounds)
        if self._driver is not None:
            self._driver.write(ERASE_SCROLLBACK)

    def _forget_backgrounds(self) -> None:
        """Textual keeps the screens behind the last one touched in its task's context."""
        visible_screen_stack.set([])

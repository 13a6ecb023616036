"""No text from outside is ever read as markup: what a widget is given must be plain by its form.

A literal is allowed (ours), and so is what is `Content` by its form: `Content(...)`,
`Content.x(...)`, `self.say(...)`, `wording.say(...)`; or the call says `markup=False`.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tui").rglob("*.py"))
WIDGETS = {
    "Static",
    "Label",
    "Button",
    "Option",
    "OptionList",
    "Checkbox",
    "RadioButton",
    "Link",
    "Markdown",
    "Tooltip",
    "Collapsible",
    "TabPane",
}
METHODS = {"update", "notify", "add_row", "add_rows", "add_option", "add_options", "add_column"}
MAKERS = {"say", "Content", "Text"}
PARSERS = {"from_markup", "from_text", "from_markup_lines"}
RECEIVERS = {"digits", "environ"}
"""What reads no markup: `Digits` draws its string, a mapping keeps it."""


def name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def is_plain(node: ast.expr, plain_names: frozenset[str]) -> bool:
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.IfExp):
        return is_plain(node.body, plain_names) and is_plain(node.orelse, plain_names)
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute) and is_content(function.value, plain_names):
            return function.attr not in PARSERS
        # An option's own text is looked at where the option is made.
        return name_of(function) in MAKERS | plain_names | {"Option"}
    return is_content(node, plain_names)


def is_content(node: ast.expr, plain_names: frozenset[str]) -> bool:
    """A name that is Content by annotation, or `Content` itself."""
    if isinstance(node, ast.Call):
        return is_plain(node, plain_names)
    return name_of(node) in plain_names | {"Content"}


def plain_names_in(tree: ast.Module) -> frozenset[str]:
    """What this file declares as Content: parameters, attributes, functions, fields."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            annotation = node.annotation
            target = node.arg if isinstance(node, ast.arg) else name_of(node.target)
            if annotation is not None and ast.unparse(annotation) == "Content":
                names.add(target)
        elif isinstance(node, ast.FunctionDef) and node.returns is not None:
            names |= {node.name} if ast.unparse(node.returns) == "Content" else set()
    return frozenset(names | assigned_in(tree, frozenset(names)))


def assigned_in(tree: ast.Module, names: frozenset[str]) -> set[str]:
    """Names that are only ever given what is plain."""
    given: dict[str, bool] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                plain = is_plain(node.value, names)
                given[name_of(target)] = given.get(name_of(target), True) and plain
    return {name for name, plain in given.items() if plain and name}


def findings(source: str) -> list[str]:
    tree = ast.parse(source)
    names = plain_names_in(tree)
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = name_of(node.func)
        if called in PARSERS:
            found.append(f"{node.lineno}: {called} parses markup")
        is_widget = called in WIDGETS or is_super_init(node, tree)
        is_method = (
            isinstance(node.func, ast.Attribute)
            and called in METHODS
            and name_of(node.func.value) not in RECEIVERS
        )
        if not (is_widget or is_method) or says_plain(node):
            continue
        given = [
            *node.args,
            *(word.value for word in node.keywords if word.arg in {None, "content", "label"}),
        ]
        found += [
            f"{node.lineno}: {called}({ast.unparse(argument)})"
            for argument in given
            if not is_plain(argument, names)
        ]
    return found


def says_plain(node: ast.Call) -> bool:
    return any(
        word.arg == "markup" and isinstance(word.value, ast.Constant) and word.value.value is False
        for word in node.keywords
    )


def is_super_init(node: ast.Call, tree: ast.Module) -> bool:
    """`super().__init__(text)` of a class that is a Static."""
    statics = {
        part
        for each in ast.walk(tree)
        if isinstance(each, ast.ClassDef) and any(name_of(base) in WIDGETS for base in each.bases)
        for part in ast.walk(each)
    }
    return ast.unparse(node.func) == "super().__init__" and node in statics


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_is_given_as_markup(path: Path) -> None:
    assert findings(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "Static(name)",
        "Static(f'{name}')",
        "Label('a' + name)",
        "widget.update(name)",
        "self.notify(f'{x} saved')",
        "table.add_row(*cells)",
        "options.add_option(name)",
        "Static(Content.from_markup(name))",
        "Static(name, markup=True)",
        "Button(label=name)",
        "Static(str(Content(name)))",
        "class A(Static):\n    def __init__(self, t: str) -> None:\n        super().__init__(t)",
    ],
)
def test_the_lint_finds_what_it_is_for(source: str) -> None:
    assert findings(source)


@pytest.mark.parametrize(
    "source",
    [
        "Static('ours')",
        "Static(Content(name))",
        "Static(self.say('key', name=name))",
        "Static(name, markup=False)",
        "widget.update(Content(name))",
        "widget.update(self.say('key').stylize('bold'))",
        "def f() -> Content: ...\nStatic(f())",
    ],
)
def test_the_lint_lets_plain_text_pass(source: str) -> None:
    assert findings(source) == []

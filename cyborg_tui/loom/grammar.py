"""GBNF, the grammars that llama.cpp draws by: whether one can be used, and where it is wrong if it cannot."""

from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["BadGrammar", "check_grammar"]

_ROOT = "root"
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
_HEX = {"x": 2, "u": 4, "U": 8}
_PLAIN = frozenset('trn\\"[]-')
"""What a backslash may stand before, beside the letters of `_HEX`."""
_MOST = 2000
"""Repetitions llama.cpp allows."""

Symbol = str | None
"""The name of a rule, or None for anything that takes a character."""
Sequence = list[Symbol]


class BadGrammar(ValueError):
    """A grammar that cannot be used; `line` and `column` count from 1."""

    def __init__(self, what: str, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {what}")
        self.line, self.column = line, column


@dataclass
class _Parser:
    text: str
    at: int = 0
    rules: dict[str, list[Sequence]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    """Where each rule is defined, or first named."""
    defined: set[str] = field(default_factory=set)
    made: int = 0
    """Rules without a name, for groups and repetitions."""

    @property
    def letter(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def wrong(self, what: str, at: int | None = None) -> BadGrammar:
        at = self.at if at is None else at
        before = self.text[:at]
        return BadGrammar(what, before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1)

    def space(self, *, newlines: bool) -> None:
        while self.letter and self.letter in (" \t\r\n#" if newlines else " \t#"):
            if self.letter == "#":
                end = [at for mark in "\r\n" if (at := self.text.find(mark, self.at)) >= 0]
                self.at = min(end, default=len(self.text))
            else:
                self.at += 1

    def grammar(self) -> None:
        self.space(newlines=True)
        while self.letter:
            self.rule()
        missing = [name for name in self.places if name not in self.defined]
        if missing:
            first = min(missing, key=lambda name: self.places[name])
            raise self.wrong(f"there is no rule {first}", self.places[first])
        if _ROOT not in self.defined:
            raise self.wrong(f"there is no rule {_ROOT}, with which everything begins", 0)

    def rule(self) -> None:
        begin = self.at
        name = self.name()
        self.places[name] = begin if name not in self.defined else self.places[name]
        self.defined.add(name)
        self.space(newlines=False)
        if not self.text.startswith("::=", self.at):
            raise self.wrong(f"::= is expected after {name}")
        self.at += 3
        self.space(newlines=True)
        self.rules[name] = self.alternates(nested=False)
        if self.letter and self.letter not in "\r\n":
            raise self.wrong("the end of the line is expected")
        self.space(newlines=True)

    def name(self) -> str:
        begin = self.at
        while self.letter and self.letter in _WORD:
            self.at += 1
        if self.at == begin:
            raise self.wrong("the name of a rule is expected (letters, digits and -)")
        return self.text[begin : self.at]

    def alternates(self, *, nested: bool) -> list[Sequence]:
        found = [self.sequence(nested=nested)]
        while self.letter == "|":
            self.at += 1
            self.space(newlines=True)
            found.append(self.sequence(nested=nested))
        return found

    def sequence(self, *, nested: bool) -> Sequence:
        symbols: Sequence = []
        last = 0
        """Where the item begins that would be repeated."""
        while letter := self.letter:
            if letter == '"':
                last = len(symbols)
                symbols += self.literal()
            elif letter == "[":
                last = len(symbols)
                symbols += self.characters()
            elif letter == ".":
                last = len(symbols)
                self.at += 1
                symbols.append(None)
            elif letter in "<!":
                last = len(symbols)
                symbols.append(self.token())
            elif letter in _WORD:
                last = len(symbols)
                begin = self.at
                name = self.name()
                self.places.setdefault(name, begin)
                symbols.append(name)
            elif letter == "(":
                last = len(symbols)
                symbols.append(self.group())
            elif letter in "*+?{":
                begin = self.at
                least, most = self.repetition(nested=nested)
                if last == len(symbols):
                    raise self.wrong(f"there is nothing before {letter} to repeat", begin)
                symbols[last:] = self.repeated(symbols[last:], least, most)
                continue
            else:
                break
            self.space(newlines=nested)
        return symbols

    def literal(self) -> Sequence:
        begin = self.at
        symbols: Sequence = []
        self.at += 1
        while self.letter != '"':
            self.character(begin)
            symbols.append(None)
        self.at += 1
        return symbols

    def characters(self) -> Sequence:
        begin = self.at
        self.at += 2 if self.text.startswith("[^", self.at) else 1
        while self.letter != "]":
            self.character(begin)
            if self.letter == "-" and not self.text.startswith("-]", self.at):
                self.at += 1
                self.character(begin)
        self.at += 1
        return [None] if self.at - begin > 2 and self.text[begin : self.at] != "[^]" else []

    def character(self, begin: int) -> None:
        if not self.letter:
            raise self.wrong(f"{self.text[begin]} is not closed", begin)
        if self.letter != "\\":
            self.at += 1
            return
        kind = self.text[self.at + 1 : self.at + 2]
        if kind in _HEX:
            digits = self.text[self.at + 2 : self.at + 2 + _HEX[kind]]
            if len(digits) < _HEX[kind] or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
                raise self.wrong(f"\\{kind} needs {_HEX[kind]} hexadecimal digits")
            self.at += 2 + _HEX[kind]
        elif kind and kind in _PLAIN:
            self.at += 2
        else:
            raise self.wrong(f"\\{kind} means nothing here")

    def token(self) -> Symbol:
        """A token by its text or number: <text>, <[12]>, or any but it: !<text>."""
        begin = self.at
        end = self.text.find(">", self.at)
        if not self.text.startswith(("<", "!<"), self.at) or end < 0:
            raise self.wrong("a token is expected, as in <[12]>", begin)
        self.at = end + 1
        return None

    def group(self) -> Symbol:
        begin = self.at
        self.at += 1
        self.space(newlines=True)
        inner = self.alternates(nested=True)
        if self.letter != ")":
            raise self.wrong(
                "( is not closed" if not self.letter else ") is expected", begin if not self.letter else None
            )
        self.at += 1
        return self.unnamed(inner)

    def repetition(self, *, nested: bool) -> tuple[int, int | None]:
        """How often at least and at most; None: without end."""
        mark = self.letter
        self.at += 1
        self.space(newlines=nested)
        if mark != "{":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[mark]
        least = self.number()
        most: int | None = least
        self.space(newlines=nested)
        if self.letter == ",":
            self.at += 1
            self.space(newlines=nested)
            most = self.number() if self.letter.isdigit() else None
            self.space(newlines=nested)
        if self.letter != "}":
            raise self.wrong("} is expected")
        self.at += 1
        self.space(newlines=nested)
        return least, most

    def number(self) -> int:
        begin = self.at
        while self.letter and self.letter in "0123456789":
            self.at += 1
        if self.at == begin:
            raise self.wrong("a number is expected")
        number = int(self.text[begin : self.at])
        if number > _MOST:
            raise self.wrong(f"{number} is too many; at most {_MOST}", begin)
        return number

    def repeated(self, item: Sequence, least: int, most: int | None) -> Sequence:
        """As llama.cpp unrolls it, so far as that matters here: what is optional may be empty, what goes on leads to
        itself."""
        symbols = item * min(least, 1)
        if most is None:
            again = self.unnamed([])
            self.rules[again].extend(([*item, again], []))
            symbols = [*symbols, again]
        elif most > least:
            symbols = [*symbols, self.unnamed([item, []])]
        return symbols

    def unnamed(self, alternates: list[Sequence]) -> str:
        self.made += 1
        name = f" {self.made}"
        self.rules[name] = alternates
        self.places[name] = self.at
        self.defined.add(name)
        return name


def check_grammar(text: str) -> None:
    """Raises BadGrammar."""
    parser = _Parser(text)
    parser.grammar()
    empty = _may_be_empty(parser.rules)
    for name in sorted(parser.rules, key=lambda name: parser.places[name]):
        if name in _reached_first(name, parser.rules, empty):
            what = "what is repeated may be empty" if name[0] == " " else f"{name} begins with itself"
            raise parser.wrong(f"{what}, so that it would never end", min(parser.places[name], len(text)))


def _may_be_empty(rules: dict[str, list[Sequence]]) -> set[str]:
    empty: set[str] = set()
    while True:
        found = {name for name, ways in rules.items() if any(all(symbol in empty for symbol in way) for way in ways)}
        if found == empty:
            return empty
        empty = found


def _reached_first(name: str, rules: dict[str, list[Sequence]], empty: set[str]) -> set[str]:
    """The rules with which this one may begin, before any character is taken."""
    reached: set[str] = set()
    left = [name]
    while left:
        for first in _firsts(rules[left.pop()], empty):
            if first not in reached:
                reached.add(first)
                left.append(first)
    return reached


def _firsts(ways: Iterable[Sequence], empty: set[str]) -> Iterable[str]:
    for way in ways:
        for symbol in way:
            if symbol is None:
                break
            yield symbol
            if symbol not in empty:
                break

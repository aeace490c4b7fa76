"""Looking inside: at the tokens of the manuscript or of a branch, at what the model nearly said, and taking it."""

from collections.abc import Sequence

from cyborg_tui.loom.alternatives import Alternative, pack
from cyborg_tui.loom.blocks import Path
from cyborg_tui.loom.fan import Branch, ModelIdentity, TokenRecord, encode, whole_characters
from cyborg_tui.loom.loom import Chosen
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.tokens import TokenAt
from cyborg_tui.session.foresight import Foresight
from cyborg_tui.session.inside import Inside
from cyborg_tui.session.session import Session

__all__ = ["Looking"]


class Looking:
    """One look inside. With `standing`, the branch that is highlighted is looked into where it would stand."""

    def __init__(self, session: Session, *, standing: bool = False) -> None:
        self.session = session
        place, text = session.provisional
        self._standing = standing and bool(text)
        branch = session.branches[session.highlighted] if self._standing else None
        self._begin = len(branch.text) - len(text) if branch is not None else 0
        """Of the branch that stands, how much is on the path already."""
        self.inside = Inside(session.loom, branch, place, self._begin, session.score_of)
        self._foresight: Foresight | None = None

    @property
    def start(self) -> int:
        """Where one looks first."""
        return self.inside.place if self._standing else self.session.loom.cursor

    def edge(self, offset: int) -> int:
        """Where what may come at an offset begins: most tokens begin with the space that may stand there already."""
        return len(self.inside.text[:offset].rstrip(" "))

    def alternatives(self, token: TokenAt) -> Sequence[Alternative]:
        """What might have been drawn instead of the token, the likeliest first; nothing if that is not on record."""
        if token.branch is None:
            score = self.inside.score_at(token.start)
            records = () if score is None else score.alternatives
        else:
            records = self.session.alternatives(token.branch)
        return records[token.first] if token.first < len(records) else ()

    def whence(self, token: TokenAt) -> str:
        """Where a token comes from."""
        if token.branch is None:
            model = self.session.view.model
            return f"written by you · as {model.name} finds it" if model is not None else "written by you"
        tree = self.session.loom.tree
        branch = tree.branch(token.branch)
        fan = tree.fan(branch.fan)
        return f"token {token.first + 1} of branch {branch.index + 1} · fan {fan.id} · {fan.model.name}"

    def take_alternative(self, token: TokenAt, choice: Alternative) -> bool:
        """A new branch begins where the token stands, with another one; a fan goes on from there. False if that one is
        only a part of a character."""
        model = self._model_of(token)
        if model is None:
            return False
        data = encode(choice.text)
        record = TokenRecord(choice.id, len(data), choice.logprob, token.entropy)
        alternatives = pack(self.alternatives(token))
        return self._choose(token.start, Chosen(model, (record,), data, alternatives))

    def _model_of(self, token: TokenAt) -> ModelIdentity | None:
        """The model that drew a token, or that has scored it."""
        if token.branch is None:
            return self.session.view.model
        tree = self.session.loom.tree
        return tree.fan(tree.branch(token.branch).fan).model

    def foresee(self, offset: int) -> Foresight:
        """What may come next at an offset of the text that is looked into."""
        end, drawn = self._before(offset)
        self._foresight = Foresight(lambda places: self.session.foresee(end, places, drawn))
        self.session.listen(self._foresight.hear)
        return self._foresight

    def take_ahead(self, offset: int, foresight: Foresight, path: Path) -> bool:
        """A new branch begins at an offset with these tokens; a fan goes on from there. False if there is no model that
        could have drawn them, or they end inside a character."""
        model = self.session.view.model
        return model is not None and self._choose(offset, foresight.chosen(path, model))

    def leave(self) -> None:
        """Nothing more is looked at."""
        if self._foresight is not None:
            self.session.stop_listening(self._foresight.hear)

    def _choose(self, offset: int, chosen: Chosen) -> bool:
        if not whole_characters(chosen.data):
            return False
        session, beyond = self.session, offset - self.inside.place
        if self._standing and beyond > 0:
            session.take(session.highlighted, beyond)
        session.choose(offset, chosen)
        return True

    def _before(self, offset: int) -> tuple[int, Piece | None]:
        """What stands before an offset: so much of the manuscript, and so much of the branch that stands there."""
        branch: Branch | None = self.inside.standing
        if branch is None or offset <= self.inside.place:
            return offset, None
        upto = self._begin + offset - self.inside.place
        return self.inside.place, Piece(branch.text[self._begin : upto], branch.id, self._begin)

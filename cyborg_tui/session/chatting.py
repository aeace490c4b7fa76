"""The model's chat template, asked for once for each run of turns."""

from cyborg_tui.engine.engine import Engine
from cyborg_tui.engine.protocol import EngineEvent, Lost, Ready, Rendered, Unavailable
from cyborg_tui.loom.chat import ChatPart
from cyborg_tui.loom.fan import decode

__all__ = ["Chatting"]

_Roles = tuple[str, ...]


class Chatting:
    """What is known of the template of the model in use."""

    def __init__(self) -> None:
        self._known: dict[_Roles, tuple[ChatPart, ...]] = {}
        self._wanted: dict[int, _Roles] = {}
        self.problem = ""
        """Why the template cannot be used; empty if it can, or if nobody has tried."""

    def around(self, roles: _Roles) -> tuple[ChatPart, ...] | None:
        """The template around such turns; None: it is not known yet."""
        return self._known.get(roles)

    def ask(self, engine: Engine, roles: _Roles) -> None:
        """Have it told."""
        if roles not in self._known and roles not in self._wanted.values():
            self.problem = ""
            self._wanted[engine.levers.render(roles, answer=True)] = roles

    def hear(self, event: EngineEvent) -> bool:
        """Everything the engine says comes in here. Whether this was an answer."""
        match event:
            case Rendered(request=request, parts=parts, sentence=sentence) if request in self._wanted:
                roles = self._wanted.pop(request)
                self.problem = sentence
                if not sentence:
                    self._known[roles] = tuple(ChatPart(part.turn, decode(part.text), part.tokens) for part in parts)
                return True
            case Ready() | Lost() | Unavailable():
                self._known.clear()
                self._wanted.clear()
                self.problem = ""
            case _:
                pass
        return False

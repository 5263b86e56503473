"""States and the acts that lead from one to the next; the diagrams in the docs are drawn from them."""

from dataclasses import dataclass

from zhengheng.domain.problems import ZhenghengError


class StateError(ZhenghengError):
    """The object is not in a state in which this act is possible."""


@dataclass(frozen=True)
class Transition:
    """An act that leads from any of some states to one."""

    act: str
    sources: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class Machine:
    """The life of one kind of object. `names`: state → Chinese and English word."""

    name: str
    names: dict[str, tuple[str, str]]
    transitions: tuple[Transition, ...]

    @property
    def initial(self) -> str:
        return next(iter(self.names))

    def after(self, state: str, act: str) -> str:
        """The state after an act. Raises StateError where the act is not possible."""
        for transition in self.transitions:
            if transition.act == act and state in transition.sources:
                return transition.target
        zh, en = self.names.get(state, (state, state))
        raise StateError.one(
            self.name, "state.wrong", zh=f"当前状态“{zh}”下不能进行此操作, 请刷新后查看最新状态",
            en=f'not possible in the state "{en}"; reload to see what has changed',
        )  # fmt: skip

    def diagram(self) -> str:
        """The machine as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [f"    {state}: {zh} {en}" for state, (zh, en) in self.names.items()]
        lines += [
            f"    {source} --> {transition.target}: {transition.act}"
            for transition in self.transitions
            for source in transition.sources
        ]
        return "\n".join(lines) + "\n"


RESULT = Machine(
    "result",
    {"draft": ("未公示", "not yet on notice"), "notice": ("公示", "on public notice")},
    (Transition("result.publish", ("draft",), "notice"),),
)

MACHINES = (RESULT,)

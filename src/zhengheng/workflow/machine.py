"""What a state machine is: states, acts that lead from one to the next, a diagram for the docs."""

from dataclasses import dataclass

from zhengheng.domain.problems import ZhenghengError


class StateError(ZhenghengError):
    """The object is not in a state in which this act is possible."""


@dataclass(frozen=True)
class Transition:
    """An act that leads from any of some states to one.

    The source "" is before the object exists; the target "" is the state the object is in.
    """

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

    @property
    def final(self) -> frozenset[str]:
        """States that no act leads out of."""
        left = {s for t in self.transitions for s in t.sources if t.target not in {"", s}}
        return frozenset(self.names) - left

    def leads(self, state: str, act: str) -> bool:
        """Whether an act is possible in a state."""
        return any(t.act == act and state in t.sources for t in self.transitions)

    def arrivals(self, state: str) -> frozenset[str]:
        """The acts that lead into a state from another one."""
        return frozenset(
            t.act for t in self.transitions if t.target == state and set(t.sources) - {state}
        )

    def after(self, state: str, act: str) -> str:
        """The state after an act. Raises StateError where the act is not possible."""
        for transition in self.transitions:
            if transition.act == act and state in transition.sources:
                return transition.target or state
        zh, en = self.names.get(state, (state, state))
        raise StateError.one(
            self.name, "state.wrong", zh=f"当前状态“{zh}”下不能进行此操作, 请刷新后查看最新状态",
            en=f'not possible in the state "{en}"; reload to see what has changed',
        )  # fmt: skip

    def diagram(self) -> str:
        """The machine as a Mermaid state diagram."""
        lines = ["stateDiagram-v2"]
        if not any("" in transition.sources for transition in self.transitions):
            lines.append(f"    [*] --> {self.initial}")
        lines += [f"    {state}: {zh} {en}" for state, (zh, en) in self.names.items()]
        lines += [
            f"    {source or '[*]'} --> {transition.target or source}: {transition.act}"
            for transition in self.transitions
            for source in transition.sources
        ]
        return "\n".join(lines) + "\n"

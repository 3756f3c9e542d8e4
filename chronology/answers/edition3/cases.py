"""The claims of one question, what is true of them at every instant, and who may still speak at one. Pure."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from attrs import frozen

from chronology.answers.edition3.claims import Claim, Role
from chronology.answers.edition3.contests import Scene, Value, conflicts
from chronology.answers.edition3.participants import FEW, Participants
from chronology.answers.edition3.plain import is_plain
from chronology.answers.edition3.silences import Silence
from chronology.answers.edition3.worlds import in_the_middle, taking_part


@frozen(kw_only=True, eq=False)
class Case:
    """The claims of one question, and what is true of them at every instant.

    Attributes:
        claims: the live claims in scope about one (subject, attribute).
        affirming: those that can win.
        conflicts: who conflicts with whom, by key.
        roles: who takes part.
        fixed: whether the attribute does not change.
        carry: how many seconds an inference reaches beyond what is claimed; None sets no limit, 0 allows none.
    """

    claims: Sequence[Claim]
    affirming: Sequence[Claim]
    conflicts: dict[int, list[Claim]]
    roles: Participants
    fixed: bool
    carry: int | None = None

    @classmethod
    def of(cls, claims: Sequence[Claim], *, carry: int | None = None) -> "Case":
        """Return the case that claims make, in any order."""
        affirming = [claim for claim in claims if claim.role is Role.AFFIRMS]
        fixed = any(claim.fixed for claim in affirming)
        found = conflicts(claims, fixed=fixed) if len(claims) > 1 else {}
        roles = Participants.of(affirming)
        return cls(claims=claims, affirming=affirming, conflicts=found, roles=roles, fixed=fixed, carry=carry)

    @cached_property
    def is_plain(self) -> bool:
        """Whether there are few claims, and all of them are plain."""
        return len(self.claims) <= FEW and all(map(is_plain, self.claims))

    @cached_property
    def silence(self) -> Silence:
        """Since when nothing is known, where nothing leads."""
        return Silence.of(taking_part(in_the_middle(self.affirming)), carry=self.carry)


def scene_of(case: Case, affirming: Sequence[Claim], instant: int) -> Scene:
    """Return what surely has happened by an instant, of some affirmations."""
    parts = [claim for claim in case.roles.parts(affirming) if claim.key not in case.roles.avoidable]
    return Scene.of(parts, instant, carry=case.carry, fixed=case.fixed)


class Hearing:
    """Who may speak at an instant."""

    def __init__(self, case: Case, affirming: Sequence[Claim], scene: Scene) -> None:
        self._case = case
        self.scene = scene
        self._taking_part = taking_part_in(case, affirming)

    def supports(self, claim: Claim) -> bool:
        """Tell whether an affirmation may cover the instant."""
        return claim.key in self._taking_part and self.scene.may_cover(claim, claim.value)

    def speaks(self, claim: Claim, value: Value, *, beside: Value) -> bool:
        """Tell whether a claim about a value may cover the instant, or would if another value did not stop it."""
        if claim.role is Role.AFFIRMS and claim.key not in self._taking_part and not claim.set_aside:
            return False
        return self.scene.may_cover(claim, value, but_for=frozenset((beside,)))

    def against(self, claim: Claim) -> Iterator[tuple[Claim, Value]]:
        """Yield who still contradicts an affirmation, with what each speaks of."""
        for other in self._case.conflicts.get(claim.key, ()):
            value = claim.value if other.role is Role.DISPUTES else other.value
            if self.speaks(other, value, beside=claim.value):
                yield other, value


def taking_part_in(case: Case, affirming: Sequence[Claim]) -> set[int]:
    """Return the keys of the affirmations that take part in some world."""
    if case.fixed:
        return {one.claim.key for one in taking_part(in_the_middle(affirming), fixed=True)}
    return {claim.key for claim in (*case.roles.parts(affirming), *case.roles.revivable(affirming))}

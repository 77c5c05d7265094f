"""The names that a workspace knows: who decided in it, and who has a role."""

from cleaning.keep.decisions import ReviewStore
from cleaning.review.team import roles


class KnownNames:
    """Names of one workspace. Reads of the log only what is new since the last look."""

    def __init__(self, store: ReviewStore) -> None:
        self._store = store
        self._read: tuple[int, int, dict[str, int]] = 0, 0, {}

    def now(self) -> list[str]:
        """Who decided last comes first, then those with a role who decided nothing yet."""
        generation, since, last = self._read
        if generation != self._store.generation:  # another log lies there now
            since, last = 0, {}
        last = last | self._store.reviewers(since)
        self._read = self._store.generation, max(last.values(), default=0), last
        others = [*roles.roles(self._store), *sorted(roles.admins_everywhere())]
        return list(dict.fromkeys([*sorted(last, key=last.__getitem__, reverse=True), *others]))

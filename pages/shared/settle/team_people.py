"""Who is on the team: roles, expertise and own parts of the work, sessions, and the log of what counts for others."""

import streamlit as st

from cleaning.errors import InputError
from cleaning.keep.stored import now
from cleaning.keep.workspaces import workspaces_root
from cleaning.review import ReviewDesk
from cleaning.review.chosen import ASSIGNED, EXPERTISE, Choosing
from cleaning.review.dealing import EVERY_CLASS
from cleaning.review.team import roles, sessions
from cleaning.review.team.audit_log import audit_log
from cleaning.review.team.permissions import READ_HOUSE, SETTLE, may
from cleaning.review.told.run_list import names_of
from pages.shared import signed_in, state
from pages.shared.messages import guarded, plain
from pages.shared.who_did_what import MOST_SHOWN, log_of_house, log_table

_WHO, _NEW, _ROLE, _EXPERT, _CLASSES, _GROUPS = (f"people_{n}" for n in "who new role expert classes groups".split())
ROLES_DO = (
    "Annotators decide. Maintainers also change settings, settle, and bring decisions in and out. Admins also give roles "
    "and delete."
)
SOMEBODY_ELSE = "Somebody else …"


def everybody(desk: ReviewDesk) -> None:
    """One person at a time: what they may, know and get; below it who changed what."""
    st.subheader("People")
    if not signed_in.required():
        st.caption(signed_in.LOCAL if not roles.roles(desk.store) else signed_in.LOCAL_ROLES)
    who = _who(desk)
    if who:
        st.caption(f"{plain(who, 80)} is here as {roles.role_of(desk.store, who)}.")
        _role(desk, who)
        _parts(desk, who)
        _sessions(who)
    _log(desk)


def known_people(desk: ReviewDesk) -> list[str]:
    """Everybody who decided, has a role or a part, or is here."""
    chosen = desk.in_force().chosen
    names = [*desk.current().reviewers(), *roles.roles(desk.store), *sorted(roles.admins_everywhere())]
    return list(dict.fromkeys([*names, *chosen.expertise, *chosen.assigned, state.current().reviewer]))


def _who(desk: ReviewDesk) -> str:
    chosen = st.selectbox("Person", [*known_people(desk), SOMEBODY_ELSE], key=_WHO, width=320)
    if chosen != SOMEBODY_ELSE:
        return str(chosen)
    return st.text_input("Their name, as they sign in", key=_NEW, max_chars=roles.LONGEST_NAME, width=320).strip()


def _role(desk: ReviewDesk, who: str) -> None:
    key = f"{_ROLE}_{who}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox("Role", roles.ROLES, roles.ROLES.index(roles.role_of(desk.store, who)), key=key, help=ROLES_DO)
        st.button("Give this role", key="people_give", on_click=guarded(_give), args=(desk, who, key))


def _give(desk: ReviewDesk, who: str, key: str) -> None:
    roles.give_role(desk.store, who, str(state.typed(key)), by=state.current().reviewer)


def _parts(desk: ReviewDesk, who: str) -> None:
    chosen, names = desk.in_force().chosen, list(desk.dataset.class_names)
    part = chosen.assigned.get(who, {})
    knows = [name for name in chosen.expertise.get(who, []) if name in [EVERY_CLASS, *names]]
    st.multiselect(
        "Cards that need an expert go to them for", [EVERY_CLASS, *names], knows, key=f"{_EXPERT}_{who}",
        format_func=lambda name: "all classes" if name == EVERY_CLASS else name,
        on_change=guarded(_knows), args=(desk, who),
    )  # fmt: skip
    left, right = st.columns(2)
    left.multiselect(
        "Only these classes for them", names, [n for n in part.get("classes", []) if n in names],
        key=f"{_CLASSES}_{who}", on_change=guarded(_gets), args=(desk, who),
        help="What is given to somebody goes to nobody else; who is given nothing gets all the rest.",
    )  # fmt: skip
    if desk.dataset.group is not None:
        groups = [str(group) for group in desk.facts.groups]
        right.multiselect(
            "Only these groups", groups, [g for g in part.get("groups", []) if g in groups],
            key=f"{_GROUPS}_{who}", on_change=guarded(_gets), args=(desk, who),
        )  # fmt: skip


def _knows(desk: ReviewDesk, who: str) -> None:
    _record(desk, EXPERTISE, desk.in_force().chosen.expertise, who, _picked(f"{_EXPERT}_{who}"))


def _gets(desk: ReviewDesk, who: str) -> None:
    classes, groups = (_picked(f"{key}_{who}") for key in (_CLASSES, _GROUPS))
    part = {"classes": classes, "groups": groups} if classes or groups else {}
    _record(desk, ASSIGNED, desk.in_force().chosen.assigned, who, part)


def _picked(key: str) -> list[str]:
    picked = state.typed(key)
    return [str(one) for one in picked] if isinstance(picked, list) else []


def _record(desk: ReviewDesk, key: str, kept: dict, who: str, value: object) -> None:
    after = {name: one for name, one in {**kept, who: value}.items() if one}
    Choosing(desk.store, desk.run.id, state.current().reviewer, now).record(key, after)


def _sessions(who: str) -> None:
    if signed_in.required():
        st.button("End all their sessions", key="people_end", on_click=guarded(_end), args=(who,))


def _end(who: str) -> None:
    if not who:
        raise InputError("Choose whose sessions to end.")
    sessions.end_all(sessions.house_store(workspaces_root()), who, by=state.current().reviewer)
    st.toast(f"All sessions of {plain(who, 80)} are ended.")


def _log(desk: ReviewDesk) -> None:
    with st.expander("Who changed what, and when", icon=":material/history:"):
        who = state.current().reviewer
        log_table(audit_log(desk.store, MOST_SHOWN, rulings=may(desk.store, who, SETTLE)), _names_of_runs(desk))
    if may(desk.store, state.current().reviewer, READ_HOUSE):
        log_of_house()


def _names_of_runs(desk: ReviewDesk) -> dict[str, str]:
    """By id; none where there is only one, since then it is always that."""
    ids = desk.workspace.run_ids()
    return names_of([desk.workspace.run(one) for one in ids], desk.store.choices()) if len(ids) > 1 else {}

"""Names of a package that are imported when they are first used, so that importing the package stays light."""

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence


def at_first_use(
    package: str, homes: Mapping[str, Sequence[str]], called: Mapping[str, str] | None = None
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` of a package (PEP 562).

    homes: by module, the names that are imported from it. called: names that are called otherwise in their home.
    """
    home = {name: module for module, names in homes.items() for name in names}

    def get(name: str) -> object:
        """Imports a documented name when it is first used."""
        if name not in home:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        return getattr(importlib.import_module(home[name]), (called or {}).get(name, name))

    return get, lambda: sorted({*vars(sys.modules[package]), *home}), sorted(home)

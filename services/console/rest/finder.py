"""Which route a request takes, and where none fits, what would."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from services.console.rest.errors import MethodNotAllowed, RouteUnknown
from services.console.rest.routes import Route

_NEAR = 0.7
_MOST_NAMED = 3
# Comparing takes the square of the length, and anyone may send a path.
_LONGEST = 200


class RouteFinder:
    """Finds routes by method and path."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = routes
        self._by_method: dict[str, list[Route]] = {}
        for route in routes:
            self._by_method.setdefault(route.http_method, []).append(route)

    def find(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]]:
        """The route, and the values of its variables: for HEAD those of GET, whose headers it asks for.

        Raises MethodNotAllowed and RouteUnknown.
        """
        for route in self._by_method.get("GET" if method == "HEAD" else method, ()):
            if (found := route.template.match(raw_path)) is not None:
                return route, found
        allowed = {route.http_method for route in self.routes if route.template.match(raw_path) is not None}
        if allowed:
            allowed |= {"HEAD"} if "GET" in allowed else set()
            raise MethodNotAllowed(field="method", name=raw_path, value=method, expected=", ".join(sorted(allowed)))
        raise RouteUnknown(method, raw_path, self._nearest(method, raw_path))

    def _nearest(self, method: str, raw_path: str) -> list[str]:
        """Routes that look like it, the likest first, those of the method before others."""
        if len(raw_path) > _LONGEST:
            return []
        scored = []
        for route in self.routes:
            shape = route.template.shape
            matcher = SequenceMatcher(None, _filled(raw_path, shape), shape, autojunk=False)
            # The two bounds are cheap, and the ratio is not.
            if min(matcher.real_quick_ratio(), matcher.quick_ratio()) >= _NEAR and (ratio := matcher.ratio()) >= _NEAR:
                scored.append((ratio, route.http_method == method, f"{route.http_method} {shape}"))
        return [name for _, _, name in sorted(scored, reverse=True)[:_MOST_NAMED]]


def _filled(raw_path: str, shape: str) -> str:
    """The path with `*` for each segment for which the shape has one, so that ids make nothing less alike."""
    pairs = zip_longest(raw_path.split("/"), shape.split("/"))
    return "/".join(
        "*" + segment[segment.find(":") :] * (":" in segment) if wanted and wanted.startswith("*") else segment
        for segment, wanted in pairs
        if segment is not None
    )

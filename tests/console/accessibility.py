"""What keeps people out of a screen, as axe finds it."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

import services.console.pages

AXE = Path(services.console.pages.__file__).with_name("web") / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = ("serious", "critical")


async def violations(page: Page) -> list[str]:
    """Serious and critical violations of the page as it stands, a line each: rule, reason and first place."""
    await page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = await page.evaluate(
        "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
    )
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]} ({one['nodes'][0]['failureSummary']})"
        for one in found
        if one["impact"] in _GRAVE
    ]

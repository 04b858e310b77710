"""Only allowed addresses are connected to."""

import pytest

from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import AddressNotAllowed, AddressUnreachable
from libs.rpc.resolver import checked_connector


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "224.0.0.1", "0.0.0.0"]
)
async def test_public_alone_allows_no_inner_address(host: str) -> None:
    with pytest.raises(AddressNotAllowed):
        await AddressPolicy().resolve(host, 80)


async def test_public_allows_a_public_address() -> None:
    (address,) = await AddressPolicy().resolve("8.8.8.8", 443)
    assert address.ip == "8.8.8.8"


async def test_a_network_allows_what_it_holds() -> None:
    policy = AddressPolicy(["127.0.0.0/8"])
    assert (await policy.resolve("localhost", 80))[0].ip == "127.0.0.1"
    with pytest.raises(AddressNotAllowed):
        await policy.resolve("8.8.8.8", 80)


async def test_a_host_pattern_allows_the_host_whatever_its_address() -> None:
    assert await AddressPolicy(["local*"]).resolve("localhost", 80)


async def test_an_unknown_host_is_unreachable() -> None:
    with pytest.raises(AddressUnreachable):
        await AddressPolicy().resolve("nowhere.invalid", 80)


async def test_a_connector_is_not_made_for_a_literal_address_that_is_not_allowed() -> None:
    with pytest.raises(AddressNotAllowed):
        await checked_connector(AddressPolicy(), "http://127.0.0.1:9/x")

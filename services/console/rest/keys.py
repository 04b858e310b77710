"""What a request carries with it through the console."""

from aiohttp import web

# Given by the client or made here; told in each answer and sent on to the services.
REQUEST_ID = web.RequestKey("request_id", str)
# The RPC that it became, for the log.
RPC = web.RequestKey("rpc", str)

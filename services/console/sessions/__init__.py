"""Who uses the console from a browser: signing in, the cookie, and what a browser must show with each request."""

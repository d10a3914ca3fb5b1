"""Between the network and the application: uvicorn's server and its connections. No routes, no nights."""

"""The front page: what is happening, who won, where is mine. It is made of pieces, and ``server.live.front`` pushes
them."""

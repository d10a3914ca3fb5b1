"""What a newsroom takes from a night: the overlay, the wall, frames for other sites."""

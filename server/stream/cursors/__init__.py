"""What is kept in Redis beside the streams: how far each webhook is, who is told of which seats, what leads others."""

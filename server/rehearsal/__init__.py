"""A past night practised: officers, programs and a desk that are simulated, and the accidents of a real night. They do
what people do, over HTTP; nothing here knows how the server answers."""

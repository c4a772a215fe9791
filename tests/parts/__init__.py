"""The real parts that tests stand on: PostgreSQL and RabbitMQ of their own, and a line between that can break."""

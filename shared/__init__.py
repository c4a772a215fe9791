"""What the services stand on. Knows no service, holds no rule of one service alone."""

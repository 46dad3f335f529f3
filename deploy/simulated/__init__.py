"""A simulated model provider: a real OpenAI-compatible HTTP server whose models answer from the bank by chance.

Its replies are labelled as simulated wherever they appear. It says nothing about any real model.
"""

from deploy.simulated.config import InvalidConfig, SimulatedConfig, load_config
from deploy.simulated.server import create_app

__all__ = ["InvalidConfig", "SimulatedConfig", "create_app", "load_config"]

"""Which fault befalls a request, and how long its reply takes. Neither ever changes what the reply says."""

import math
from dataclasses import dataclass

from deploy.simulated.config import Fault, Faults, Latency
from deploy.simulated.draws import normal, uniform


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What the fate of one request is drawn from: the model's `nth` request (from 0) with this prompt (its digest)."""

    seed: int
    model: str
    prompt: str
    nth: int

    @property
    def key(self) -> tuple[int, str, str, int]:
        return (self.seed, self.model, self.prompt, self.nth)


def choose_fault(faults: Faults, arrival: Arrival) -> Fault | None:
    """Draw the fault of a request, if it has one."""
    if not faults.befall(arrival.model):
        return None
    left = uniform("fault", *arrival.key)
    for fault in Fault:
        left -= faults.share(fault)
        if left < 0:
            return fault
    return None


def choose_latency_s(latency: Latency, arrival: Arrival) -> float:
    """Draw how long a reply takes, log-normal."""
    if latency.mean_s == 0:
        return 0.0
    variance = math.log1p((latency.spread_s / latency.mean_s) ** 2)
    deviation = normal("latency", *arrival.key)
    return math.exp(math.log(latency.mean_s) - variance / 2 + math.sqrt(variance) * deviation)

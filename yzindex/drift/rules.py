"""The numbers of the method. They are chosen on other seeds than those of the proof in docs/method.md."""

from dataclasses import dataclass

#: Changes whenever the analysis below would say something else of the same history.
ANALYSIS_VERSION = "5"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Thresholds of charts are log-likelihood ratios; drops and rises are in points of 0 to 100."""

    #: Daily answers enter the baseline after so many days: a fresh drop must not teach itself.
    lag_days: int = 14
    #: The change that the charts are tuned to, in points.
    design_points: float = 8.0
    #: The same for the chart of one dimension, whose answers are fewer.
    dimension_design_points: float = 15.0
    #: Above it a model is asked again, a few questions at a time.
    low_bar: float = 0.5
    dimension_low_bar: float = 4.0
    #: Above it, after all that was asked again on a day, a model is said to be suspicious; on the chart of a dimension
    #: above the low bar.
    suspected_bar: float = 1.5
    #: Above it fresh questions decide.
    alarm: float = 3.0
    dimension_alarm: float = 6.0
    #: No packet of answers counts for more than so many standard deviations.
    clip_deviations: float = 3.0
    #: Questions asked again at a time, each time the chart is still between the bars.
    batches: tuple[int, ...] = (2, 2, 4, 6, 10, 16, 20)
    #: Fresh questions of each dimension in a round, at most one round a day.
    fresh_per_dimension: int = 60
    #: Rounds that a confirmation needs at least, each of another day: nobody is convicted on one day.
    least_rounds: int = 2
    most_rounds: int = 5
    #: Standard errors by which fresh answers must agree, and beyond which the suspicion is dismissed.
    confirm_deviations: float = 1.7
    dismiss_deviations: float = 0.8
    #: Standard errors by which they must agree without the day that agrees most.
    each_day_deviations: float = 1.2
    #: Other models that are asked before one is convicted, and how many questions of each dimension.
    control_models: int = 8
    control_per_dimension: int = 20
    #: Standard errors by which all of them must be off together for the pool to have moved: then nobody is convicted.
    moved_deviations: float = 1.8
    #: Where nobody can be asked again an alarm is so much higher, and the chart has to climb so much further for a
    #: change to be confirmed; a suspicion ends where it falls below the other alarm.
    passive_margin: float = 1.5
    passive_confirmation: float = 2.0
    #: Known answers of a model, and of it in each dimension, before anything is said of it.
    least_known: int = 40
    least_known_per_dimension: int = 5
    #: Days that they must be from, unless a calibration asked everything: a single day may be out of the ordinary.
    least_known_days: int = 3
    #: Fewer models than this have no common movement that could be told from their own.
    least_fleet: int = 5
    #: Share of models cut off at each end of the common movement.
    trimmed_share: float = 0.2
    fleet_alarm: float = 9.0
    #: Days without verdicts on models after the question pool has moved; every model then begins anew.
    suspended_days: int = 14
    #: Log-likelihood ratio against the move at which later answers take it back: then nobody begins anew.
    refuted: float = 3.0
    #: Questions of each dimension that every model is asked on each of them, so that its new level is known.
    level_per_dimension: int = 15
    #: Days over which variation from day to day is measured.
    day_effect_days: int = 60
    #: Days over which the fleet's own level is averaged.
    centre_days: int = 60
    #: A confirmed change is repeated until it has stood so long.
    standing_days: int = 28
    #: A difference between two days within which a model counts as steady, in points.
    steady_points: float = 5.0

    @property
    def most_again_per_day(self) -> int:
        return sum(self.batches)

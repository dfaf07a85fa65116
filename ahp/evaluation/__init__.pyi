"""The public names of `ahp.evaluation`, read by type checkers and by `__init__.py`."""

from .agreement import (
    IntraclassCorrelation as IntraclassCorrelation,
    JOINS as JOINS,
    LEVELS as LEVELS,
    intraclass_correlation as intraclass_correlation,
    krippendorff_alpha as krippendorff_alpha,
    leave_one_rater_out as leave_one_rater_out,
    rater_severity as rater_severity,
)
from .cells import (
    STATUS_WORDS as STATUS_WORDS,
)
from .certainty import (
    Certainty as Certainty,
    simulate as simulate,
)
from .change import (
    split_change as split_change,
)
from .checklist import (
    checklist_score as checklist_score,
)
from .comparison import (
    MethodComparison as MethodComparison,
    OPINIONS as OPINIONS,
    compare_methods as compare_methods,
)
from .customer_profit import (
    Account as Account,
    CustomerViews as CustomerViews,
    Prices as Prices,
    Views as Views,
    customer_views as customer_views,
    load_prices as load_prices,
    profit_observations as profit_observations,
    read_accounts as read_accounts,
)
from .directions import (
    Target as Target,
)
from .disagreement import (
    ItemRatings as ItemRatings,
    RatedItem as RatedItem,
    RatingFeedback as RatingFeedback,
    RatingSpread as RatingSpread,
    rating_feedback as rating_feedback,
    rating_spread as rating_spread,
)
from .duties import (
    DutyConflict as DutyConflict,
    duty_conflicts as duty_conflicts,
)
from .evaluated import (
    Evaluation as Evaluation,
)
from .fuzzy import (
    DEFUZZIFICATIONS as DEFUZZIFICATIONS,
    OPERATORS as OPERATORS,
    defuzzify as defuzzify,
    fuzzy_synthesis as fuzzy_synthesis,
    grade_membership as grade_membership,
    maximum_membership_validity as maximum_membership_validity,
)
from .fuzzy_groups import (
    FuzzyProfile as FuzzyProfile,
    fuzzy_profile as fuzzy_profile,
)
from .goalposts import (
    goalpost_scores as goalpost_scores,
)
from .judging import (
    evaluate as evaluate,
)
from .ledger import (
    ErrorEntry as ErrorEntry,
    Ledger as Ledger,
    LedgerSummary as LedgerSummary,
    Pareto as Pareto,
    read_ledger as read_ledger,
    read_vouchers as read_vouchers,
    summarize_ledger as summarize_ledger,
)
from .losses import (
    Loss as Loss,
    PointsLost as PointsLost,
    points_lost as points_lost,
)
from .missing import (
    MissingValue as MissingValue,
    missing_phrases as missing_phrases,
    missing_values as missing_values,
)
from .movement import (
    Adjustment as Adjustment,
    Effect as Effect,
    Movement as Movement,
    explain_change as explain_change,
)
from .objective_weights import (
    COMBINATIONS as COMBINATIONS,
    combine_weights as combine_weights,
    critic_weights as critic_weights,
    entropy_weights as entropy_weights,
    game_theory_shares as game_theory_shares,
    variation_weights as variation_weights,
)
from .observations import (
    Observations as Observations,
    observations_from_records as observations_from_records,
    read_observations as read_observations,
)
from .periods import (
    Period as Period,
    parse_period as parse_period,
)
from .ranks import (
    competition_ranks as competition_ranks,
    round_half_up as round_half_up,
)
from .raters import (
    RatingTable as RatingTable,
    WithoutRaters as WithoutRaters,
    rating_table as rating_table,
    totals_without_raters as totals_without_raters,
)
from .samples import (
    SampleResult as SampleResult,
    sample_results as sample_results,
    wilson_interval as wilson_interval,
)
from .scheme import (
    Scheme as Scheme,
    check_scheme as check_scheme,
    load_scheme as load_scheme,
    scheme_from_toml as scheme_from_toml,
    shipped_schemes as shipped_schemes,
)
from .second_opinions import (
    NORMALIZATIONS as NORMALIZATIONS,
    grey_relational as grey_relational,
    rank_sum_ratio as rank_sum_ratio,
    topsis as topsis,
    weighted_geometric_mean as weighted_geometric_mean,
)
from .turning import (
    Change as Change,
    TurningPoints as TurningPoints,
    turning_points as turning_points,
)
from .views import (
    ViewScores as ViewScores,
    view_scores as view_scores,
)
from .waterfall import (
    Line as Line,
)
from .weight_draws import (
    WeightDraws as WeightDraws,
    draw_weights as draw_weights,
)

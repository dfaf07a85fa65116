"""The public names of `ahp`, read by type checkers and by `__init__.py`."""

from . import evaluation as evaluation
from . import plots as plots
from . import published as published
from .alternatives import (
    RankReversal as RankReversal,
    RankReversalReport as RankReversalReport,
    rank_reversal_report as rank_reversal_report,
    ratings as ratings,
    synthesize as synthesize,
    weighted_product as weighted_product,
    weighted_sum as weighted_sum,
)
from .consensus import (
    Clusters as Clusters,
    Consensus as Consensus,
    JudgmentSpread as JudgmentSpread,
    KendallW as KendallW,
    cluster_experts as cluster_experts,
    coefficient_of_variation as coefficient_of_variation,
    consensus_band as consensus_band,
    geometric_compatibility as geometric_compatibility,
    group_consensus as group_consensus,
    hierarchy_consensus as hierarchy_consensus,
    judgment_spread as judgment_spread,
    kendall_w as kendall_w,
    pairwise_consensus as pairwise_consensus,
    position_judgment as position_judgment,
    scale_position as scale_position,
)
from .consistency import (
    Consistency as Consistency,
    Index as Index,
    OrderPreservation as OrderPreservation,
    all_indices as all_indices,
    check_consistency as check_consistency,
    circular_triads as circular_triads,
    cosine_consistency_index as cosine_consistency_index,
    geometric_consistency_index as geometric_consistency_index,
    golden_wang_index as golden_wang_index,
    harmonic_consistency_index as harmonic_consistency_index,
    intransitive_triads as intransitive_triads,
    kendall_zeta as kendall_zeta,
    koczkodaj_index as koczkodaj_index,
    order_preservation as order_preservation,
    pelaez_lamata_index as pelaez_lamata_index,
    relative_error as relative_error,
    salo_hamalainen_index as salo_hamalainen_index,
    triad_log_residual as triad_log_residual,
)
from .elicitation import (
    next_question as next_question,
    short_form as short_form,
    standard_error_factor as standard_error_factor,
)
from .errors import (
    AHPError as AHPError,
    AnswersError as AnswersError,
    ConvergenceError as ConvergenceError,
    EvaluationError as EvaluationError,
    FontError as FontError,
    HierarchyError as HierarchyError,
    IncoherentError as IncoherentError,
    IncompleteError as IncompleteError,
    MatrixError as MatrixError,
    OptionError as OptionError,
    PublishedError as PublishedError,
    RandomIndexError as RandomIndexError,
    SurveyError as SurveyError,
    SurveyWarning as SurveyWarning,
)
from .group import (
    AGGREGATIONS as AGGREGATIONS,
    FAMILIARITY as FAMILIARITY,
    JUDGMENT_BASIS as JUDGMENT_BASIS,
    SampledWeights as SampledWeights,
    aggregate_judgments as aggregate_judgments,
    aggregate_priorities as aggregate_priorities,
    authority_coefficient as authority_coefficient,
    consistency_weights as consistency_weights,
    distance_weights as distance_weights,
    judgment_basis as judgment_basis,
    log_distances as log_distances,
    normalize_expert_weights as normalize_expert_weights,
    sampled_distance_weights as sampled_distance_weights,
)
from .hierarchy import (
    Hierarchy as Hierarchy,
    TotalConsistency as TotalConsistency,
    total_consistency as total_consistency,
)
from .incomplete import (
    Completion as Completion,
    IncompleteConsistency as IncompleteConsistency,
    IncompleteRandomIndex as IncompleteRandomIndex,
    NextPair as NextPair,
    check_incomplete_consistency as check_incomplete_consistency,
    complete_matrices as complete_matrices,
    components as components,
    incomplete_random_index as incomplete_random_index,
    log_least_squares as log_least_squares,
    next_pair as next_pair,
    simulate_incomplete_random_index as simulate_incomplete_random_index,
)
from .matrix import (
    PairwiseMatrix as PairwiseMatrix,
)
from .priority import (
    METHODS as METHODS,
    Priorities as Priorities,
    column_mean as column_mean,
    direct_weights as direct_weights,
    eigenvector as eigenvector,
    geometric_mean as geometric_mean,
    prioritize as prioritize,
    weights as weights,
)
from .random_index import (
    RANDOM_INDEX_TABLES as RANDOM_INDEX_TABLES,
    RandomIndexTable as RandomIndexTable,
    random_index_value as random_index_value,
    reaching_random_index as reaching_random_index,
    simulate_random_index as simulate_random_index,
)
from .repair import (
    JudgmentDiagnosis as JudgmentDiagnosis,
    Repair as Repair,
    Triad as Triad,
    fewest_changes as fewest_changes,
    rank_judgments as rank_judgments,
    smallest_adjustment as smallest_adjustment,
    worst_triads as worst_triads,
)
from .scales import (
    SCALES as SCALES,
    Scale as Scale,
    apply_scale as apply_scale,
)
from .sensitivity import (
    HierarchyUncertainty as HierarchyUncertainty,
    StabilityInterval as StabilityInterval,
    WeightUncertainty as WeightUncertainty,
    critical_criteria as critical_criteria,
    one_at_a_time as one_at_a_time,
    simulate_hierarchy as simulate_hierarchy,
    simulate_matrix as simulate_matrix,
    simulate_panel as simulate_panel,
    stability_interval as stability_interval,
)
from .study import (
    Agreement as Agreement,
    Analysis as Analysis,
    Answers as Answers,
    Choice as Choice,
    Judgment as Judgment,
    Neighbors as Neighbors,
    StudyCertainty as StudyCertainty,
    Survey as Survey,
    Swing as Swing,
    analyze as analyze,
    compare_choices as compare_choices,
    leave_one_out as leave_one_out,
    load_survey as load_survey,
    panel_agreement as panel_agreement,
    read_answers as read_answers,
    shipped_surveys as shipped_surveys,
    study_certainty as study_certainty,
    swings as swings,
)
from .version import __version__ as __version__

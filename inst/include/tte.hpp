// The public list of the engine. What is not named through these headers, or lies in tte::detail, may change.
#pragma once

#define TTE_VERSION "0.1.0"

#include "tte/core/gram.hpp"
#include "tte/core/influence.hpp"
#include "tte/core/interval.hpp"
#include "tte/core/lanes.hpp"
#include "tte/core/linalg.hpp"
#include "tte/core/newton.hpp"
#include "tte/core/parallel.hpp"
#include "tte/core/pools.hpp"
#include "tte/core/random.hpp"
#include "tte/core/rank_counts.hpp"
#include "tte/core/risk_table.hpp"
#include "tte/core/row_hazard.hpp"
#include "tte/core/schedule.hpp"
#include "tte/core/span.hpp"
#include "tte/core/special.hpp"
#include "tte/core/sweep.hpp"
#include "tte/core/time_to_event.hpp"

#include "tte/nonparametric/censoring_distribution.hpp"
#include "tte/nonparametric/kaplan_meier.hpp"
#include "tte/nonparametric/log_rank.hpp"
#include "tte/nonparametric/permutation.hpp"
#include "tte/nonparametric/pseudo_values.hpp"
#include "tte/nonparametric/rank_weight.hpp"
#include "tte/nonparametric/restricted_mean.hpp"

#include "tte/cox/concordance.hpp"
#include "tte/cox/cox_fit.hpp"
#include "tte/cox/monotone.hpp"
#include "tte/cox/partial_likelihood.hpp"

#include "tte/competing/aalen_johansen.hpp"

#include "tte/response/best_response.hpp"
#include "tte/response/proportion.hpp"

// Permutation p values of the log-rank family. Given the pooled data, a group's observed less expected events
// is the sum of its rows' scores W event - sum W d/n, and a permutation of the groups only picks other rows;
// so a replicate costs one partial shuffle of the independent units of each stratum.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/linalg.hpp"
#include "../core/parallel.hpp"
#include "../core/pools.hpp"
#include "../core/random.hpp"
#include "../core/row_hazard.hpp"
#include "log_rank.hpp"

namespace tte {

struct PermutationTest {
  double p_value = 1;  ///< two-sided; (1 + count at least as extreme) / (1 + replicates)
  double p_fewer = 1;  ///< two groups: one-sided, the second group has fewer events
  std::size_t replicates = 0;
};

namespace detail {

/// Scores of rows (arranged order): their sum over a group is its weighted observed less expected events.
inline Arranged<double> rank_scores(const TimeToEvent& data, const RankWeight& weight) {
  std::vector<StepHazard> hazard(data.schedule().steps.size());
  std::vector<double> step_weight(hazard.size(), 0.0);
  Counts at_risk(data);
  PooledCurve curve;
  std::size_t stratum = 0, begun = data.strata();
  sweep(data.schedule(), Direction::forward, at_risk, [&](std::size_t k, const Step& step) {
    if (step.events().empty()) return;
    stratum = stratum_at(data.schedule(), k, stratum);
    if (begun != stratum) curve = {};
    begun = stratum;
    double d = 0;
    for (std::int32_t i = step.exits.begin; i < step.events_end; ++i)
      d += data.mass(static_cast<std::size_t>(i));
    step_weight[k] = weight(step.time, at_risk(), d, curve);
    hazard[k].whole = hazard[k].own = step_weight[k] * d / at_risk();
    curve.observe(step.time, at_risk(), d);
  });
  Arranged<double> mass = data.arranged(0.0), score = data.arranged(0.0);
  for (std::size_t i = 0; i < data.rows(); ++i) mass[i] = data.mass(i);
  row_hazard(data.schedule(), hazard, mass, score);
  for (std::size_t k = 0; k < hazard.size(); ++k) {
    const Step& step = data.schedule().steps[k];
    for (std::int32_t row = step.exits.begin; row < step.exits.end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      score[i] = (data.is_event(i) ? step_weight[k] * data.mass(i) : 0) - score[i];
    }
  }
  return score;
}

// The units of one stratum that are shuffled: their scores, and how many belong to each group.
struct PermutedStratum {
  std::vector<double> score;
  std::vector<std::int32_t> group;
  std::vector<std::size_t> size;
};

inline std::vector<PermutedStratum> permuted_strata(const TimeToEvent& data,
                                                    const Arranged<std::int32_t>& group, std::size_t groups,
                                                    const Arranged<double>& score) {
  std::vector<PermutedStratum> out(data.strata());
  std::vector<std::int32_t> seen(data.units(), -1);
  for (std::size_t s = 0; s < out.size(); ++s) {
    out[s].size.assign(groups, 0);
    const Range rows = data.schedule().stratum_rows[s];
    for (std::int32_t row = rows.begin; row < rows.end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      expects(data.freq(i) == 1, "a permutation test needs one row per unit, not freq");
      std::int32_t& at = seen[static_cast<std::size_t>(data.unit(i))];
      if (at < 0) {
        at = static_cast<std::int32_t>(out[s].score.size());
        out[s].score.push_back(0);
        out[s].group.push_back(group[i]);
        ++out[s].size[static_cast<std::size_t>(group[i])];
      }
      const auto unit = static_cast<std::size_t>(at);
      expects(unit < out[s].group.size() && out[s].group[unit] == group[i],
              "rows of one person must share group and stratum");
      out[s].score[unit] += score[i];
    }
  }
  return out;
}

// Covariance of the groups' sums over all permutations: the scores' variance times that of drawing without
// replacement.
inline arma::mat permutation_covariance(const std::vector<PermutedStratum>& strata, std::size_t groups) {
  arma::mat out(groups, groups, arma::fill::zeros);
  for (const PermutedStratum& stratum : strata) {
    const auto n = static_cast<double>(stratum.score.size());
    if (n < 2) continue;
    double mean = 0, squares = 0;
    for (double score : stratum.score) mean += score / n;
    for (double score : stratum.score) squares += (score - mean) * (score - mean);
    for (std::size_t g = 0; g < groups; ++g) {
      for (std::size_t h = 0; h < groups; ++h) {
        const auto a = static_cast<double>(stratum.size[g]), b = static_cast<double>(stratum.size[h]);
        out(g, h) += squares / (n - 1) * ((g == h ? a : 0) - a * b / n);
      }
    }
  }
  return out;
}

// Sums of all groups but the largest are drawn by a partial shuffle; the largest takes what is left.
class PermutedSums {
 public:
  PermutedSums(const std::vector<PermutedStratum>& strata, std::size_t groups)
      : strata_(strata), groups_(groups) {
    for (const PermutedStratum& stratum : strata) pools_.push_back(stratum.score);
  }

  arma::vec draw(Random random) {
    arma::vec sum(groups_, arma::fill::zeros);
    for (std::size_t s = 0; s < strata_.size(); ++s) {
      std::vector<double>& pool = pools_[s];
      pool = strata_[s].score;
      const auto largest = static_cast<std::size_t>(
          std::max_element(strata_[s].size.begin(), strata_[s].size.end()) - strata_[s].size.begin());
      std::size_t left = pool.size();
      for (std::size_t g = 0; g < groups_; ++g) {
        if (g == largest) continue;
        for (std::size_t take = 0; take < strata_[s].size[g]; ++take, --left) {
          std::swap(pool[left - 1], pool[random.below(static_cast<std::uint32_t>(left))]);
          sum(g) += pool[left - 1];
        }
      }
      for (std::size_t i = 0; i < left; ++i) sum(largest) += pool[i];
    }
    return sum;
  }

 private:
  const std::vector<PermutedStratum>& strata_;
  std::size_t groups_;
  std::vector<std::vector<double>> pools_;
};

}  // namespace detail

/// The statistic is the quadratic form of the groups' sums in their permutation covariance (for two groups:
/// the absolute sum). Units of a stratum are exchanged among each other only; rows of one person stay
/// together.
inline PermutationTest permutation_test(const TimeToEvent& data, const Arranged<std::int32_t>& group,
                                        std::size_t groups, const RankWeight& weight, std::size_t replicates,
                                        Seed seed, const Execution& execution = {}) {
  detail::check_groups(group, groups);
  const std::vector<detail::PermutedStratum> strata =
      detail::permuted_strata(data, group, groups, detail::rank_scores(data, weight));
  const SweptInverse inverse = swept_inverse(detail::permutation_covariance(strata, groups), 1e-10);
  arma::vec observed(groups, arma::fill::zeros);
  for (const detail::PermutedStratum& stratum : strata) {
    for (std::size_t u = 0; u < stratum.score.size(); ++u)
      observed(static_cast<std::size_t>(stratum.group[u])) += stratum.score[u];
  }
  const double slack = 1e-9, bound = inverse.quadratic_form(observed) * (1 - slack);
  const std::size_t second = groups - 1, chunk = 256;
  const double fewest = observed(second) + slack * std::fabs(observed(second));
  std::vector<std::size_t> extreme((replicates + chunk - 1) / chunk, 0), fewer(extreme.size(), 0);
  parallel_chunks(replicates, chunk, execution, [&](std::size_t begin, std::size_t end, std::size_t index) {
    detail::PermutedSums sums(strata, groups);
    for (std::size_t r = begin; r < end; ++r) {
      const arma::vec sum = sums.draw(Random(seed, r));
      extreme[index] += inverse.quadratic_form(sum) >= bound;
      fewer[index] += sum(second) <= fewest;
    }
  });
  const auto p_of = [&](const std::vector<std::size_t>& counts) {
    std::size_t total = 1;
    for (std::size_t count : counts) total += count;
    return static_cast<double>(total) / static_cast<double>(replicates + 1);
  };
  return {p_of(extreme), groups == 2 ? p_of(fewer) : detail::nan, replicates};
}

}  // namespace tte

// A Cox model at given coefficients by its definitions: every term of every tie, every row at risk in it.
#pragma once

#include "naive.hpp"

namespace naive {

/// One of the d terms of a tie: each row with the event counts for 1 - f of itself.
struct CoxTerm {
  std::size_t stratum;
  double time, f, ties, mass, s0;
  arma::vec mean;
  arma::mat variance;  // of the covariates of the rows at risk
  double hazard() const { return mass / ties / s0; }
};

struct CoxTerms {
  std::vector<CoxTerm> terms;
  std::vector<std::vector<detail::CoxRow>> rows;  // by stratum, freq written out

  /// What a row meets of the hazard of a term.
  static double share(const detail::CoxRow& i, const CoxTerm& term) {
    if (!i.row.at_risk(term.time)) return 0;
    return i.row.event_at(term.time) ? 1 - term.f : 1;
  }
};

inline CoxTerms cox_terms(const Data& d, const arma::vec& beta, bool efron) {
  CoxTerms out;
  const std::vector<Rows> all = strata(d);
  for (std::size_t s = 0; s < all.size(); ++s) {
    out.rows.push_back(detail::cox_rows(d, all[s], beta));
    for (const double t : event_times(all[s])) {
      const double ties = sum(all[s], [&](const Row& r) { return r.event_at(t); });
      const double mass = sum(all[s], [&](const Row& r) { return r.event_at(t) ? r.weight : 0; });
      for (double k = 0; k < ties; ++k) {
        CoxTerm term{s, t, efron ? k / ties : 0, ties, mass, 0, {}, {}};
        detail::Risk risk(d.x.size());
        for (const detail::CoxRow& i : out.rows[s]) risk.add(i.r * CoxTerms::share(i, term), i.x);
        term.s0 = risk.s0;
        term.mean = risk.s1 / risk.s0;
        term.variance = risk.s2 / risk.s0 - term.mean * term.mean.t();
        out.terms.push_back(term);
      }
    }
  }
  return out;
}

/// What a row gives to the score, per unit of its weight, each term multiplied by g(its time).
template <class G>
arma::vec cox_score_of(const CoxTerms& cox, std::size_t stratum, const detail::CoxRow& i, G g) {
  arma::vec out(i.x.n_elem, arma::fill::zeros);
  for (const CoxTerm& term : cox.terms) {
    if (term.stratum != stratum) continue;
    const double event = i.row.event_at(term.time) ? 1 / term.ties : 0;
    const double met = std::exp(i.eta) * CoxTerms::share(i, term) * term.hazard();
    out += g(term.time) * (event - met) * (i.x - term.mean);
  }
  return out;
}

/// A random offset for every other data set of two covariates.
template <class Visit>
void each_cox_data(Visit visit) {
  std::uint64_t seed = 0;
  each_data(
      [&](Data d) {
        Dice dice(++seed);
        if (seed % 2 == 0) {
          for (std::size_t i = 0; i < d.rows(); ++i) d.offset.push_back(dice.uniform() - 0.5);
        }
        visit(d);
      },
      1, 2);
}

}  // namespace naive

#include "binding.h"

#include <tte/response/best_response.hpp>

namespace {

// One R column from one member of every patient's result.
template <class Member>
Rcpp::IntegerVector column(const std::vector<tte::BestResponse>& results, Member member) {
  Rcpp::IntegerVector out(Rcpp::no_init(results.size()));
  std::transform(results.begin(), results.end(), out.begin(), member);
  return out;
}

// Rows count from 1 in R; no row is NA.
int r_row(std::int32_t row) { return row < 0 ? NA_INTEGER : row + 1; }

Rcpp::List best_columns(const std::vector<tte::BestResponse>& results, tte::BestOf tte::BestResponse::*best) {
  Rcpp::List out;
  out["response"] = column(results, [=](const auto& r) { return static_cast<int>((r.*best).response); });
  out["reason"] = column(results, [=](const auto& r) { return static_cast<int>((r.*best).reason); });
  out["row"] = column(results, [=](const auto& r) { return r_row((r.*best).row); });
  out["confirmed_by"] = column(results, [=](const auto& r) { return r_row((r.*best).confirmed_by); });
  out["first_response"] = column(results, [=](const auto& r) { return r_row((r.*best).first_response); });
  return out;
}

}  // namespace

// [[Rcpp::export(rng = false)]]
Rcpp::List best_response_cpp(Rcpp::IntegerVector offset, Rcpp::NumericVector day,
                             Rcpp::IntegerVector response, Rcpp::NumericVector last_day, Rcpp::List rule) {
  const tte::ResponseRule options{Rcpp::as<double>(rule["min_days"]), Rcpp::as<double>(rule["confirm_days"]),
                                  Rcpp::as<double>(rule["max_ne"]), Rcpp::as<bool>(rule["accept_sd"])};
  const auto results = tte::best_response({binding::integers(offset), binding::doubles(day),
                                           binding::integers(response), binding::doubles(last_day)},
                                          options);
  Rcpp::List out;
  out["any"] = best_columns(results, &tte::BestResponse::any);
  out["confirmed"] = best_columns(results, &tte::BestResponse::confirmed);
  out["after_cr"] = column(results, [](const auto& r) { return r_row(r.disease_after_cr); });
  out["n_used"] = column(results, [](const auto& r) { return r.n_used; });
  return out;
}

#include "binding.h"

#include <tte/response/best_response.hpp>
#include <tte/response/irecist.hpp>
#include <tte/response/irecist_best.hpp>
#include <tte/response/lesion_findings.hpp>
#include <tte/response/recist.hpp>

namespace {

// One R column from one member of every result.
template <class Result, class Member>
Rcpp::IntegerVector column(const std::vector<Result>& results, Member member) {
  Rcpp::IntegerVector out(Rcpp::no_init(static_cast<R_xlen_t>(results.size())));
  std::transform(results.begin(), results.end(), out.begin(), member);
  return out;
}

// Rows count from 1 in R; no row is NA.
int r_row(std::int32_t row) { return row < 0 ? NA_INTEGER : row + 1; }

template <class Best, class Of>
Rcpp::List best_columns(const std::vector<Best>& results, Of Best::*best) {
  Rcpp::List out;
  out["response"] = column(results, [=](const auto& r) { return static_cast<int>((r.*best).response); });
  out["reason"] = column(results, [=](const auto& r) { return static_cast<int>((r.*best).reason); });
  out["row"] = column(results, [=](const auto& r) { return r_row((r.*best).row); });
  out["confirmed_by"] = column(results, [=](const auto& r) { return r_row((r.*best).confirmed_by); });
  out["first_response"] = column(results, [=](const auto& r) { return r_row((r.*best).first_response); });
  return out;
}

tte::RecistRule recist_rule(const Rcpp::List& rule) {
  tte::RecistRule out;
  out.pr_sticky = Rcpp::as<bool>(rule["pr_sticky"]);
  out.nadir0_pd = Rcpp::as<bool>(rule["nadir0_pd"]);
  out.reappearance_if_confirmed = Rcpp::as<bool>(rule["reappearance_if_confirmed"]);
  out.new_lesions_for_cr = Rcpp::as<bool>(rule["new_lesions_for_cr"]);
  out.confirm_days = Rcpp::as<double>(rule["confirm_days"]);
  out.max_ne = Rcpp::as<double>(rule["max_ne"]);
  return out;
}

// Is iRECIST asked for beside RECIST 1.1?
bool has_immune_rule(const Rcpp::List& rule) { return rule.containsElementNamed("earliest"); }

tte::NewLesionLimits new_limits(const Rcpp::List& rule) {
  if (!has_immune_rule(rule)) return {};
  return {Rcpp::as<int>(rule["max_new"]), Rcpp::as<int>(rule["max_new_per_organ"])};
}

tte::ImmuneRule immune_rule(const Rcpp::List& rule) {
  return {Rcpp::as<double>(rule["earliest"]), Rcpp::as<double>(rule["latest"]),
          Rcpp::as<bool>(rule["early_exception"])};
}

// Sums stay whole tenths of a millimetre; -1 is no sum.
int tenths(std::int64_t sum) { return sum < 0 ? NA_INTEGER : static_cast<int>(sum); }

void call_columns(const std::vector<tte::TimepointResponse>& calls, Rcpp::List& out) {
  out["target"] = column(calls, [](const auto& c) { return static_cast<int>(c.target); });
  out["non_target"] = column(calls, [](const auto& c) { return static_cast<int>(c.non_target); });
  out["overall"] = column(calls, [](const auto& c) { return static_cast<int>(c.overall); });
  out["reason"] = column(calls, [](const auto& c) { return static_cast<int>(c.reason); });
  out["override"] = column(calls, [](const auto& c) { return static_cast<int>(c.override_by); });
  out["base"] = column(calls, [](const auto& c) { return tenths(c.base); });
  out["nadir"] = column(calls, [](const auto& c) { return tenths(c.nadir); });
  out["day"] = column(calls, [](const auto& c) { return c.day; });
}

void finding_columns(const std::vector<tte::Findings>& found, Rcpp::List& out) {
  out["role"] = column(found, [](const auto& f) { return static_cast<int>(f.role); });
  out["sum"] = column(found, [](const auto& f) { return f.targets_seen ? tenths(f.sum) : NA_INTEGER; });
  out["complete"] = column(found, [](const auto& f) { return static_cast<int>(f.targets_complete); });
  out["new_lesion"] = column(found, [](const auto& f) { return static_cast<int>(f.new_lesion); });
  out["new_day"] = column(found, [](const auto& f) { return f.new_day; });
  out["scan_day"] = column(found, [](const auto& f) { return f.day; });
  out["first_day"] = column(found, [](const auto& f) { return f.first_day; });
  out["equivocal"] = column(found, [](const auto& f) { return static_cast<int>(f.equivocal); });
  out["only_nodes"] = column(found, [](const auto& f) { return static_cast<int>(f.only_nodes); });
}

Rcpp::IntegerVector immune_tenths(const std::vector<tte::ImmuneCall>& calls,
                                  std::int64_t tte::ImmuneCall::*sum) {
  return column(calls, [=](const auto& c) { return tenths(c.*sum); });
}

// iRECIST beside RECIST 1.1.
void immune_columns(const tte::Histories& histories, const std::vector<tte::ImmuneFindings>& more,
                    const std::vector<tte::TimepointResponse>& responses, const Rcpp::List& rule,
                    Rcpp::List& out) {
  const auto calls = tte::irecist(histories, more, responses, recist_rule(rule), immune_rule(rule));
  Rcpp::List immune;
  immune["overall"] = column(calls, [](const auto& c) { return static_cast<int>(c.overall); });
  immune["step"] = column(calls, [](const auto& c) { return static_cast<int>(c.step); });
  immune["window"] = column(calls, [](const auto& c) { return static_cast<int>(c.window); });
  immune["relief"] = column(calls, [](const auto& c) { return static_cast<int>(c.relief); });
  immune["causes"] = column(calls, [](const auto& c) { return c.causes; });
  immune["confirmed_by"] = column(calls, [](const auto& c) { return c.confirmed_by; });
  immune["block"] = column(calls, [](const auto& c) { return c.block; });
  immune["block_day"] = column(calls, [](const auto& c) { return c.block_day; });
  immune["elapsed"] = column(calls, [](const auto& c) { return c.elapsed; });
  immune["sum_then"] = immune_tenths(calls, &tte::ImmuneCall::sum_then);
  immune["new_sum_then"] = immune_tenths(calls, &tte::ImmuneCall::new_sum_then);
  immune["day"] = column(calls, [](const auto& c) { return c.day; });
  immune["known"] = column(more, [](const auto& f) { return f.known; });
  immune["appeared"] = column(more, [](const auto& f) { return f.appeared_day == tte::no_day ? 0 : 1; });
  immune["there"] = column(more, [](const auto& f) { return static_cast<int>(f.there); });
  immune["new_sum"] = column(more, [](const auto& f) { return f.measured ? tenths(f.sum) : NA_INTEGER; });
  out["immune"] = immune;
}

Rcpp::List block_columns(const std::vector<tte::ImmuneBlockRows>& blocks) {
  Rcpp::List out;
  out["patient"] = column(blocks, [](const auto& b) { return b.patient + 1; });
  out["first"] = column(blocks, [](const auto& b) { return r_row(b.first); });
  out["last"] = column(blocks, [](const auto& b) { return r_row(b.last); });
  out["end"] = column(blocks, [](const auto& b) { return r_row(b.end); });
  out["ended"] = column(blocks, [](const auto& b) { return static_cast<int>(b.ended); });
  out["n_unconfirmed"] = column(blocks, [](const auto& b) { return b.n_unconfirmed; });
  out["n_not_evaluable"] = column(blocks, [](const auto& b) { return b.n_not_evaluable; });
  return out;
}

Rcpp::IntegerVector r_rows(const std::vector<std::int32_t>& rows) {
  return column(rows, [](std::int32_t row) { return r_row(row); });
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

// [[Rcpp::export(rng = false)]]
Rcpp::List recist_lesions_cpp(Rcpp::List rows, Rcpp::IntegerVector baseline_until, Rcpp::IntegerVector start,
                              Rcpp::List rule) {
  const auto integers = [&](const char* name) { return binding::integers(binding::member(rows, name)); };
  const tte::LesionFindings found =
      tte::lesion_findings({integers("history"), integers("visit"), integers("day"), integers("lesion"),
                            integers("group"), integers("state"), binding::doubles(rows["size"]),
                            integers("nodal"), integers("baseline"), integers("organ"), integers("symptoms")},
                           {binding::integers(baseline_until), binding::integers(start)}, new_limits(rule));
  const tte::Histories histories{found.offset, found.findings, found.has_targets};
  const auto calls = tte::recist(histories, recist_rule(rule));
  Rcpp::List out;
  call_columns(calls, out);
  finding_columns(found.findings, out);
  if (has_immune_rule(rule)) immune_columns(histories, found.immune, calls, rule, out);
  out["offset"] = Rcpp::IntegerVector(found.offset.begin(), found.offset.end());
  out["has_targets"] = Rcpp::IntegerVector(found.has_targets.begin(), found.has_targets.end());
  out["first_row"] = r_rows(found.first_row);
  out["timepoint"] = r_rows(found.timepoint);
  out["repeated"] = r_rows(found.repeated);
  return out;
}

// [[Rcpp::export(rng = false)]]
Rcpp::List recist_sums_cpp(Rcpp::List rows, Rcpp::IntegerVector offset, Rcpp::IntegerVector has_targets,
                           Rcpp::List rule) {
  const auto integers = [&](const char* name) { return binding::integers(rows[name]); };
  const auto sum = integers("sum"), complete = integers("complete"), normal = integers("normal"),
             role = integers("role"), non_target = integers("non_target"),
             new_lesion = integers("new_lesion"), day = integers("day");
  std::vector<tte::Findings> findings(sum.size());
  for (std::size_t i = 0; i < findings.size(); ++i) {
    findings[i] = tte::sum_findings(sum[i] == NA_INTEGER ? -1 : sum[i], complete[i] == 1, normal[i] == 1);
    findings[i].role = static_cast<tte::VisitRole>(role[i]);
    findings[i].non_target = static_cast<tte::Category>(non_target[i]);
    findings[i].non_target_disease =
        findings[i].non_target == tte::Category::NN || findings[i].non_target == tte::Category::PD;
    findings[i].new_lesion = static_cast<tte::NewLesion>(new_lesion[i]);
    findings[i].day = findings[i].target_day = day[i];
  }
  const tte::Histories histories{binding::integers(offset), findings, binding::integers(has_targets)};
  const auto calls = tte::recist(histories, recist_rule(rule));
  Rcpp::List out;
  call_columns(calls, out);
  finding_columns(findings, out);
  if (!has_immune_rule(rule)) return out;
  const auto more =
      tte::follow_sums(histories, {integers("new_sum"), integers("new_count"), integers("new_change"),
                                   integers("non_target_change"), integers("symptoms")});
  immune_columns(histories, more, calls, rule, out);
  return out;
}

// [[Rcpp::export(rng = false)]]
Rcpp::List irecist_best_cpp(Rcpp::IntegerVector offset, Rcpp::NumericVector day, Rcpp::NumericVector dated,
                            Rcpp::IntegerVector response, Rcpp::NumericVector last_day, Rcpp::List rule) {
  const tte::ResponseRule options{Rcpp::as<double>(rule["min_days"]), Rcpp::as<double>(rule["confirm_days"]),
                                  Rcpp::as<double>(rule["max_ne"]), Rcpp::as<bool>(rule["accept_sd"])};
  const auto results =
      tte::irecist_best({binding::integers(offset), binding::doubles(day), binding::integers(response),
                         binding::doubles(last_day), binding::doubles(dated)},
                        options);
  Rcpp::List out;
  out["any"] = best_columns(results.best, &tte::ImmuneBest::any);
  out["confirmed"] = best_columns(results.best, &tte::ImmuneBest::confirmed);
  out["benefit"] = column(results.best, [](const auto& r) { return r_row(r.any.first_benefit); });
  out["confirmed_benefit"] =
      column(results.best, [](const auto& r) { return r_row(r.confirmed.first_benefit); });
  out["n_used"] = column(results.best, [](const auto& r) { return r.n_used; });
  out["blocks"] = block_columns(results.blocks);
  return out;
}

# The installed headers serve another package: with RcppArmadillo's header first, after, or not at all.

client_code <- function(headers) {
  paste0(paste0("#include <", headers, ">\n", collapse = ""), "
// [[Rcpp::depends(tte, BH, RcppArmadillo)]]
// [[Rcpp::plugins(cpp17)]]
// [[Rcpp::export(rng = false)]]
std::vector<double> client_survival(std::vector<double> stop, std::vector<int> cause) {
  tte::Columns columns;
  columns.stop = tte::Span<double>(stop.data(), stop.size());
  columns.cause = tte::Span<std::int32_t>(cause.data(), cause.size());
  const tte::TimeToEvent data(columns);
  return tte::kaplan_meier(tte::risk_table(data), tte::KaplanMeierOptions()).survival;
}

// [[Rcpp::export(rng = false)]]
double client_cox(std::vector<double> stop, std::vector<int> cause, std::vector<double> x) {
  tte::Columns columns;
  columns.stop = tte::Span<double>(stop.data(), stop.size());
  columns.cause = tte::Span<std::int32_t>(cause.data(), cause.size());
  const tte::TimeToEvent data(columns);
  const tte::Span<double> column(x.data(), x.size());
  return tte::cox_fit(data, {column}, {}, {}, tte::CoxOptions()).coefficients(0);
}
")
}

expect_client_agrees <- function(headers) {
  skip_on_cran()
  skip_if_not_installed("RcppArmadillo")
  skip_if_not_installed("BH")
  client <- new.env()
  Rcpp::sourceCpp(code = client_code(headers), env = client, cacheDir = fresh_dir(), echo = FALSE)
  lung <- survival::lung
  event <- as.integer(lung$status == 2)
  curve <- survival::survfit(survival::Surv(lung$time, event) ~ 1)
  expect_equal(client$client_survival(lung$time, event), curve$surv, tolerance = 1e-12)
  fit <- survival::coxph(survival::Surv(lung$time, event) ~ lung$age)
  expect_equal(client$client_cox(lung$time, event, lung$age), stats::coef(fit)[[1]], tolerance = 1e-8)
}

fresh_dir <- function() {
  dir <- tempfile("client-")
  dir.create(dir)
  dir
}

test_that("a client compiles with <RcppArmadillo.h> first", {
  expect_client_agrees(c("RcppArmadillo.h", "tte.hpp"))
})

test_that("a client compiles with <tte.hpp> before <Rcpp.h>, without <RcppArmadillo.h>", {
  expect_client_agrees(c("tte.hpp", "Rcpp.h"))
})

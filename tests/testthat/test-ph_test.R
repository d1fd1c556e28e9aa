# Veteran's Administration trial and friends against survival::cox.zph() at full convergence.
zph_of <- function(...) survival::cox.zph(...)

test_that("tests by term and of all terms are cox.zph()'s", {
  v <- survival::veteran
  mine <- cox(Surv(time, status) ~ celltype + karno + trt, v)
  peer <- survival::coxph(Surv(time, status) ~ celltype + karno + trt, v, control = peer_control())
  for (transform in list("km", "identity", "log", sqrt)) {
    a <- ph_test(mine, transform)
    b <- zph_of(peer, transform)
    expect_equal(a$table, b$table, tolerance = 1e-7)
    expect_equal(unname(a$x), unname(b$x), tolerance = 1e-10)
  }
  single <- ph_test(mine, terms = FALSE)
  expect_equal(single$table, zph_of(peer, terms = FALSE)$table, tolerance = 1e-7)
  expect_equal(single$y, zph_of(peer, terms = FALSE)$y, tolerance = 1e-7, ignore_attr = TRUE)
  expect_equal(c(a$statistic, a$parameter), a$table["GLOBAL", c("chisq", "df")], ignore_attr = TRUE)
})

test_that("strata, late entry and Breslow's ties", {
  h <- survival::heart
  strata <- survival::strata
  for (ties in c("efron", "breslow")) {
    mine <- cox(Surv(start, stop, event) ~ age + year + strata(transplant), h, ties = ties)
    peer <- survival::coxph(Surv(start, stop, event) ~ age + year + strata(transplant), h,
      ties = ties, control = peer_control()
    )
    expect_equal(ph_test(mine)$table, zph_of(peer)$table, tolerance = 1e-7)
  }
})

test_that("freq equals replicated rows, and splitting rows changes nothing", {
  d <- untied_trial()
  d$f <- rep(1:3, length.out = nrow(d))
  copies <- d[rep(seq_len(nrow(d)), d$f), ]
  for (transform in c("km", "rank", "identity")) {
    a <- ph_test(cox(Surv(time, status) ~ arm + x, d, freq = f), transform)
    b <- ph_test(cox(Surv(time, status) ~ arm + x, copies), transform)
    expect_equal(a$table, b$table, tolerance = 1e-7)
  }
  halves <- rbind(
    transform(d, start = 0, stop = time / 2, event = 0),
    transform(d, start = time / 2, stop = time, event = status)
  )
  for (transform in c("km", "rank", "log")) {
    expect_equal(
      ph_test(cox(Surv(start, stop, event) ~ arm + x, halves), transform)$table,
      ph_test(cox(Surv(time, status) ~ arm + x, d), transform)$table,
      tolerance = 1e-6
    )
  }
})

test_that("the score test is that of the model with x g(t)", {
  # rows split at every event time carry the time-dependent covariate itself
  d <- untied_trial()
  fit <- cox(Surv(time, status) ~ x, d)
  times <- sort(unique(d$time[d$status == 1]))
  long <- do.call(rbind, lapply(seq_len(nrow(d)), function(i) {
    ends <- c(times[times < d$time[i]], d$time[i])
    data.frame(
      start = c(0, ends[-length(ends)]), stop = ends, x = d$x[i],
      event = c(rep(0, length(ends) - 1), d$status[i])
    )
  }))
  long$xt <- long$x * long$stop
  both <- survival::coxph(Surv(start, stop, event) ~ x + xt, long,
    init = c(coef(fit), 0), control = survival::coxph.control(iter.max = 0)
  )
  expect_equal(ph_test(fit, "identity")$table[["x", "chisq"]], both$score, tolerance = 1e-6)
})

test_that("under a robust variance the test uses it", {
  d <- untied_trial()
  twice <- rbind(d, d)
  twice$who <- rep(seq_len(nrow(d)), 2)
  plain <- ph_test(cox(Surv(time, status) ~ x + arm, d, variance = "robust", ties = "breslow"))
  doubled <- ph_test(cox(Surv(time, status) ~ x + arm, twice, cluster = who, ties = "breslow"))
  # each person written twice and clustered says no more than once
  expect_equal(doubled$table, plain$table, tolerance = 1e-6)
  naive <- ph_test(cox(Surv(time, status) ~ x + arm, twice, ties = "breslow"))
  expect_gt(naive$statistic, doubled$statistic)
})

test_that("what cannot be tested is refused; print", {
  v <- survival::veteran
  fit <- cox(Surv(time, status) ~ celltype + karno, v)
  expect_error(ph_test(cox(Surv(time, status) ~ karno, v, ties = "exact-discrete")),
    class = "tte_error_unsupported"
  )
  expect_fault(ph_test(fit, "sqrt"), "not_a_choice", "transform")
  expect_fault(ph_test(fit, function(t) log(t - 1)), "not_finite", "transform") |> suppressWarnings()
  expect_s3_class(ph_test(fit), c("tte_ph_test", "htest"), exact = TRUE)
  expect_identical(tidy(ph_test(fit))$term, c("celltype", "karno", "GLOBAL"))
  aliased <- suppressWarnings(cox(Surv(time, status) ~ karno + I(2 * karno), v))
  expect_equal(
    ph_test(aliased)$table["karno", ],
    ph_test(cox(Surv(time, status) ~ karno, v))$table["karno", ]
  )
  expect_snapshot({
    print(ph_test(fit))
    say_error(ph_test(fit, "sqrt"))
  })
})

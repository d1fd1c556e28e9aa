# Five people: cause x at 1 and 4, cause y at 2, censored at 3 and 5.
five <- data.frame(time = 1:5, what = factor(c("x", "y", "none", "x", "none"), c("none", "x", "y")))

test_that("the incidences are those worked by hand", {
  fit <- cif(Surv(time, what) ~ 1, five)
  expect_equal(fit$pstate[, "x"], c(1 / 5, 1 / 5, 1 / 5, 1 / 5 + 3 / 5 * 1 / 2, 1 / 2))
  expect_equal(fit$pstate[, "y"], c(0, 1, 1, 1, 1) / 5)
  expect_equal(unname(rowSums(fit$pstate)), rep(1, 5))
  expect_equal(fit$n.risk[, "(s0)"], 5:1)
  expect_equal(fit$n.event[, "y"], c(0, 1, 0, 0, 0))
  expect_identical(fit$states, c("(s0)", "x", "y"))
})

mgus <- function() {
  d <- survival::mgus2
  d$months <- with(d, ifelse(pstat == 1, ptime, futime))
  d$first <- with(d, factor(ifelse(pstat == 1, 1, 2 * death), 0:2, c("censored", "PCM", "death")))
  d[d$months > 0, ]
}

test_that("estimates are survfit()'s, and under weights its standard errors too", {
  d <- transform(mgus(),
    w = rep(c(0.5, 1, 1.5), length.out = length(months)),
    k = rep(1:50, length.out = length(months))
  )
  d <- d[1:300, ]
  peer <- survival::survfit(Surv(months, first) ~ sex, d)
  expect_equal(cif(Surv(months, first) ~ sex, d)$pstate, peer$pstate, ignore_attr = TRUE)
  fit <- cif(Surv(months, first) ~ sex, d, weights = w, cluster = k, conf.type = "log")
  peer <- survival::survfit(Surv(months, first) ~ sex, d, weights = w, cluster = k, id = seq_along(months))
  expect_equal(fit$std.err, peer$std.err, ignore_attr = TRUE, tolerance = 1e-8)
})

test_that("the components are those of a survfitms", {
  fit <- cif(Surv(months, first) ~ sex, mgus())
  peer <- survival::survfit(Surv(months, first) ~ sex, mgus()[1:200, ])
  expect_identical(dimnames(fit$p0), dimnames(peer$p0))
  for (part in c("n.risk", "n.event", "n.censor", "pstate", "cumhaz")) {
    expect_identical(colnames(fit[[part]]), colnames(peer[[part]]), info = part)
  }
  expect_identical(fit$type, "mright")
  expect_true(is.table(fit$transitions))
  expect_equal(sum(fit$transitions), nrow(mgus()))
})

test_that("a single cause is one less the survival curve", {
  lung <- plain_lung()
  fit <- cif(Surv(time, status) ~ arm, lung)
  expect_equal(unname(fit$pstate[, 2]), 1 - km(Surv(time, status) ~ arm, lung)$surv)
})

test_that("summary() knows units; print shows causes", {
  fit <- cif(Surv(months, first) ~ sex, mgus(), unit = "months")
  expect_equal(summary(fit, times = in_years(10))$pstate, summary(as_survfit(fit), times = 120)$pstate)
  expect_snapshot(print(fit))
  expect_snapshot(print(cif(~TRT01P, small_adtte(),
    param = "PFS", competing = c(death = "Death"),
    conf.type = "none"
  )))
})

test_that("tidy() has broom's columns", {
  fit <- cif(Surv(months, first) ~ sex, mgus()[1:100, ])
  skip_if_not_installed("broom")
  expect_equal(tidy(fit), as.data.frame(broom::tidy(as_survfit(fit))))
})

test_that("ggcuminc() draws it with a risk table", {
  skip_if_not_installed("ggsurvfit")
  fit <- cif(Surv(months, first) ~ sex, mgus())
  plot <- ggsurvfit::ggcuminc(fit,
    outcome = "PCM"
  ) + ggsurvfit::add_risktable() + ggsurvfit::add_confidence_interval()
  expect_s3_class(ggsurvfit::ggsurvfit_build(plot), c("gtable", "patchwork"), exact = FALSE)
})

# The delta method written out: Marubini & Valsecchi (1995), (10.12), with multinomial events.
delta_variance <- function(fit, k, at) {
  steps <- which(fit$time <= at & rowSums(fit$n.event) > 0)
  n <- fit$n.risk[, 1]
  d <- rowSums(fit$n.event)
  own <- fit$n.event[, k]
  before <- c(1, fit$pstate[, 1])[seq_along(fit$time)]
  gap <- fit$pstate[max(steps), k] - fit$pstate[, k]
  all <- d < n
  sum(ifelse(all, gap^2 * d / (n * (n - d)), 0)[steps]) + sum((before^2 * own * (n - own) / n^3)[steps]) -
    2 * sum((gap * before * own / n^2)[steps])
}

test_that("variance = \"delta\" is its formula, and without weights the infinitesimal jackknife", {
  d <- mgus()[1:250, ]
  fit <- cif(Surv(months, first) ~ 1, d, variance = "delta")
  for (at in c(20, 100, 250)) {
    i <- max(which(fit$time <= at))
    expect_equal(unname(fit$std.err[i, 2:3]^2), c(delta_variance(fit, 2, at), delta_variance(fit, 3, at)),
      tolerance = 1e-10
    )
  }
  jackknife <- cif(Surv(months, first) ~ 1, d, variance = "ij")
  expect_equal(fit$std.err[, -1], jackknife$std.err[, -1], tolerance = 1e-10)
  expect_equal(jackknife$std.err, survival::survfit(Surv(months, first) ~ 1, d)$std.err,
    tolerance = 1e-9,
    ignore_attr = TRUE
  )
  expect_false(isTRUE(all.equal(fit$std.err, cif(Surv(months, first) ~ 1, d)$std.err)))
})

test_that("print names the variance; weights refuse another than the jackknife", {
  d <- mgus()[1:250, ]
  expect_match(cif(Surv(months, first) ~ 1, d, variance = "delta")$tte$conventions[["variance"]], "delta")
  expect_match(cif(Surv(months, first) ~ 1, d)$tte$conventions[["variance"]], "Aalen")
  expect_error(cif(Surv(months, first) ~ 1, d, weights = age, variance = "aalen"), class = "tte_error_input")
  expect_error(cif(Surv(months, first) ~ 1, d, variance = "gray"), class = "tte_error_input")
})

test_that("curves with delayed entry can be summarised by group at chosen times", {
  d <- data.frame(
    id = 1:8, entry = c(0, 0, 1, 0, 2, 0, 3, 1), exit = c(3, 4, 5, 6, 7, 8, 9, 5), group = rep(1:2, 4),
    state = factor(c("none", "x", "y", "x", "none", "y", "x", "y"))
  )
  ours <- cif(Surv(entry, exit, state) ~ group, d, id = id, censored = "none")
  peer <- survival::survfit(survival::Surv(entry, exit, state) ~ group, d, id = id)
  columns <- c("time", "n.risk", "n.event", "pstate", "strata")
  expect_equal(
    summary(ours, times = c(3, 5))[columns], summary(peer, times = c(3, 5))[columns],
    ignore_attr = TRUE
  )
  expect_equal(unname(colSums(ours$n.enter)), c(8, 0, 0))
})

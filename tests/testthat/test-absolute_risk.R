mgus <- function() {
  d <- survival::mgus2
  d$months <- with(d, ifelse(pstat == 1, ptime, futime))
  d$first <- with(d, factor(ifelse(pstat == 1, 1, 2 * death), 0:2, c("censored", "PCM", "death")))
  d[d$months > 0, ]
}

# Worked from coxph(): cause-specific hazards at the new covariates, multiplied out over the event times.
risks_of <- function(d, new, at, terms = ~ age + sex) {
  hazards <- lapply(levels(d$first)[-1], function(cause) {
    formula <- stats::update(terms, survival::Surv(months, first == cause) ~ .)
    environment(formula) <- environment()
    fit <- survival::coxph(formula, d,
      ties = "breslow",
      control = survival::coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
    )
    curve <- survival::survfit(fit, new, se.fit = FALSE)
    rows <- curve$n.event > 0
    data.frame(time = curve$time[rows], jump = diff(c(0, curve$cumhaz[rows])), cause = cause)
  })
  h <- do.call(rbind, hazards)
  grid <- sort(unique(h$time[h$time <= at]))
  jump <- vapply(levels(d$first)[-1], function(cause) {
    own <- h[h$cause == cause, ]
    ifelse(grid %in% own$time, own$jump[match(grid, own$time)], 0)
  }, grid)
  survival <- cumprod(1 - rowSums(jump))
  colSums(c(1, survival[-length(survival)]) * jump)
}

test_that("it is the product of cause-specific Cox models", {
  d <- mgus()
  for (age in c(55, 85)) {
    new <- data.frame(age = age, sex = factor("M", c("F", "M")))
    x <- absolute_risk(Surv(months, first) ~ age + sex, d, newdata = new, at = 120)
    expect_equal(x$estimate, unname(risks_of(d, new, 120)), tolerance = 1e-9)
    expect_identical(x$cause, c("PCM", "death"))
  }
  fit <- x$provenance[[1]]$models$death
  peer <- cox(Surv(months, first == "death") ~ age + sex, d, ties = "breslow")
  expect_equal(fit$coefficients, coef(peer), tolerance = 1e-8)
  expect_equal(unname(fit$var), unname(vcov(peer)), tolerance = 1e-8)
})

test_that("with a covariate that tells nothing it is near the Aalen-Johansen estimate, exactly at effect 0", {
  # each value of z has the same risk sets at every time, so both coefficients are 0
  d <- data.frame(
    time = rep(1:6, each = 2), z = rep(0:1, 6),
    first = factor(rep(c("x", "y", "none", "x", "y", "none"), each = 2), c("none", "x", "y"))
  )
  x <- absolute_risk(Surv(time, first) ~ z, d, newdata = data.frame(z = 1), at = 1:6)
  fit <- cif(Surv(time, first) ~ 1, d)
  expect_equal(x$estimate, c(fit$pstate[, 2:3]), tolerance = 1e-12)
})

test_that("standard errors are derivatives by the weights: strata, ties, late entry, clusters", {
  d <- mgus()[seq(1, 1300, 16), ]
  d$w <- rep(c(0.5, 1, 2), length.out = nrow(d))
  d$id <- seq_len(nrow(d))
  d$k <- rep(1:15, length.out = nrow(d))
  d$site <- rep(1:2, length.out = nrow(d))
  d$months <- 3 * ceiling(d$months / 3)
  d$from <- ifelse(d$id %% 3 == 0, 3 * floor(d$months / 9), 0)
  new <- data.frame(age = c(60, 75), sex = factor(c("F", "M"), c("F", "M")), site = 1:2)
  ask <- function(d, ...) {
    absolute_risk(Surv(from, months, first) ~ age + sex, d,
      newdata = new, at = c(36, 150), weights = w, id = id, strata = "site", ...
    )
  }
  change <- by_weight(d, function(d) ask(d)$estimate)
  expect_equal(ask(d)$std.error, sqrt(rowSums(change^2)), tolerance = 1e-6)
  sums <- rowsum(t(change), d$k)
  expect_equal(ask(d, cluster = k)$std.error, sqrt(colSums(sums^2)), tolerance = 1e-6)
})

test_that("freq is rows written out; the order of rows and of causes does not matter", {
  d <- transform(mgus()[1:200, ], k = rep(1:2, 100))
  new <- data.frame(age = 70, sex = factor("F", c("F", "M")))
  a <- absolute_risk(Surv(months, first) ~ age + sex, d, newdata = new, at = c(24, 200), freq = k)
  copies <- d[rev(rep(1:200, d$k)), ]
  b <- absolute_risk(Surv(months, first) ~ age + sex, copies, newdata = new, at = c(24, 200))
  expect_equal(tidy(a), tidy(b), tolerance = 1e-9)
  turned <- transform(d, first = factor(as.character(first), c("censored", "death", "PCM")))
  c <- absolute_risk(Surv(months, first) ~ age + sex, turned,
    newdata = new, at = c(24, 200), freq = k,
    cause = "PCM"
  )
  expect_equal(c$estimate, a$estimate[1:2], tolerance = 1e-9)
  expect_equal(c$std.error, a$std.error[1:2], tolerance = 1e-9)
})

test_that("before the first event the risk is 0; the risks of all causes and of none add up to one", {
  d <- mgus()
  new <- data.frame(age = 70, sex = factor("F", c("F", "M")))
  x <- absolute_risk(Surv(months, first) ~ age + sex, d, newdata = new, at = c(0.5, 400))
  first <- x[x$time == 0.5, ]
  expect_equal(c(first$estimate, first$std.error, first$conf.high), numeric(6))
  expect_lt(sum(x$estimate[x$time == 400]), 1)
  expect_true(all(x$conf.low <= x$estimate & x$estimate <= x$conf.high))
})

test_that("print, and wrong input", {
  d <- mgus()
  new <- data.frame(age = 70, sex = factor("F", c("F", "M")))
  expect_snapshot(print(
    absolute_risk(Surv(months, first) ~ age + sex, d, newdata = new, at = in_years(10), unit = "months")
  ))
  never <- transform(d, first = replace(first, sex == "M" & first == "PCM", "death"))
  expect_snapshot(error = TRUE, {
    absolute_risk(Surv(months, first) ~ age, d, at = 12)
    absolute_risk(Surv(months, pstat) ~ age, d, newdata = new, at = 12)
    absolute_risk(Surv(months, first) ~ age, d, newdata = new, at = 12, cause = "relapse")
    absolute_risk(Surv(months, first) ~ age + hgb, d, na.action = na.fail, newdata = new, at = 12)
    absolute_risk(Surv(months, first) ~ sex, never, newdata = new, at = 12)
  })
})

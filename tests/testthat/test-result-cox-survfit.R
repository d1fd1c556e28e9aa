pairs_for_curves <- function() {
  lung <- lung_of_arms()
  heart <- survival::heart
  lung$f <- lung$ph.ecog + 1
  new <- lung[c(3, 50, 100), ]
  strata <- survival::strata
  Surv <- survival::Surv # nolint: object_name_linter.
  list(
    plain = list(
      cox(Surv(time, status) ~ arm + age, lung),
      survival::coxph(Surv(time, status) ~ arm + age, lung, control = peer_control()), new
    ),
    strata = list(
      cox(Surv(time, status) ~ arm + splines::ns(age, 3) + strata(ph.ecog), lung, ties = "breslow"),
      survival::coxph(Surv(time, status) ~ arm + splines::ns(age, 3) + strata(ph.ecog), lung,
        ties = "breslow", control = peer_control()
      ), new
    ),
    offset = list(
      cox(Surv(time, status) ~ arm + offset(age / 50), lung),
      survival::coxph(Surv(time, status) ~ arm + offset(age / 50), lung, control = peer_control()), new
    ),
    intervals = list(
      cox(Surv(start, stop, event) ~ age + year + surgery, heart),
      survival::coxph(Surv(start, stop, event) ~ age + year + surgery, heart, control = peer_control()),
      heart[c(3, 50, 100), ]
    )
  )
}

curve_parts <- c(
  "n", "time", "n.risk", "n.event", "n.censor", "surv", "cumhaz", "std.err", "lower",
  "upper", "strata"
)

test_that("curves of new persons are survival's, with and without newdata", {
  for (pair in pairs_for_curves()) {
    for (type in c("log", "log-log", "plain")) {
      a <- survival::survfit(as_own(pair[[1]]), pair[[3]], conf.type = type)
      b <- survival::survfit(pair[[2]], pair[[3]], conf.type = type)
      for (part in curve_parts) {
        expect_equal(a[[part]], b[[part]],
          tolerance = 1e-7, ignore_attr = TRUE,
          info = part
        )
      }
    }
    a <- survival::survfit(pair[[1]])
    b <- survival::survfit(pair[[2]])
    for (part in curve_parts) {
      expect_equal(a[[part]], b[[part]],
        tolerance = 1e-7, ignore_attr = TRUE,
        info = part
      )
    }
  }
})

test_that("predictions are survival's where survival's are right", {
  for (name in c("plain", "strata", "intervals")) {
    pair <- pairs_for_curves()[[name]]
    own <- as_own(pair[[1]])
    for (type in c("lp", "terms", "risk", "expected", "survival")) {
      expect_equal(predict(own, type = type), predict(pair[[2]], type = type),
        tolerance = 1e-7, ignore_attr = TRUE, info = type
      )
      expect_equal(predict(own, pair[[3]], type = type), predict(pair[[2]], pair[[3]], type = type),
        tolerance = 1e-7, ignore_attr = TRUE, info = type
      )
    }
    for (type in c("lp", "terms")) {
      expect_equal(predict(own, pair[[3]], type = type, se.fit = TRUE)$se.fit,
        predict(pair[[2]], pair[[3]], type = type, se.fit = TRUE)$se.fit,
        tolerance = 1e-7, ignore_attr = TRUE
      )
    }
    for (reference in c("strata", "sample", "zero")) {
      expect_equal(predict(own, pair[[3]], reference = reference),
        predict(pair[[2]], pair[[3]], reference = reference),
        tolerance = 1e-7, ignore_attr = TRUE
      )
    }
  }
})

test_that("expected events of new rows are the curve's cumulative hazard, with its error", {
  for (name in c("plain", "offset")) {
    pair <- pairs_for_curves()[[name]]
    new <- pair[[3]]
    expected <- predict(pair[[1]], new, type = "expected", se.fit = TRUE)
    curve <- survival::survfit(pair[[1]], new)
    at <- findInterval(new$time, curve$time)
    expect_equal(unname(expected$fit), curve$cumhaz[cbind(at, 1:3)], tolerance = 1e-10, ignore_attr = TRUE)
    expect_equal(unname(expected$se.fit), curve$std.err[cbind(at, 1:3)], tolerance = 1e-8, ignore_attr = TRUE)
  }
})

test_that("a split row is the row: expected events and their errors add up", {
  pair <- pairs_for_curves()$intervals
  row <- survival::heart[100, ]
  middle <- (row$start + row$stop) / 2
  halves <- rbind(transform(row, stop = middle, event = 0), transform(row, start = middle))
  whole <- predict(pair[[1]], row, type = "expected", se.fit = TRUE)
  parts <- predict(pair[[1]], halves, type = "expected", se.fit = TRUE)
  expect_equal(sum(parts$fit), unname(whole$fit), tolerance = 1e-10)
  halves$who <- "a"
  a <- survival::survfit(pair[[1]], halves, id = who)
  row$who <- "a"
  b <- survival::survfit(pair[[1]], row, id = who)
  expect_equal(a$cumhaz, b$cumhaz, tolerance = 1e-10)
  expect_equal(a$std.err, b$std.err, tolerance = 1e-8)
})

test_that("paths over changing covariates are survival's", {
  pair <- pairs_for_curves()$intervals
  rows <- survival::heart[survival::heart$id %in% c(3, 4, 10), ]
  rows$id <- as.character(rows$id)
  a <- survival::survfit(as_own(pair[[1]]), rows, id = id)
  b <- survival::survfit(pair[[2]], rows, id = id)
  for (part in curve_parts[-1]) {
    expect_equal(a[[part]], b[[part]],
      tolerance = 1e-7, ignore_attr = TRUE,
      info = part
    )
  }
})

test_that("baseline hazards: consistent, Breslow's, at the means and at 0", {
  lung <- lung_of_arms()
  fit <- cox(Surv(time, status) ~ age + strata(arm), lung)
  peer <- survival::coxph(Surv(time, status) ~ age + survival::strata(arm), lung, control = peer_control())
  for (centered in c(TRUE, FALSE)) {
    mine <- baseline_hazard(fit, centered = centered)
    theirs <- survival::basehaz(peer, centered = centered)
    expect_equal(mine$hazard, theirs$hazard, tolerance = 1e-7)
    expect_equal(mine$strata, as.character(theirs$strata))
  }
  breslow <- baseline_hazard(fit, baseline = "breslow")
  eta <- (lung$age - fit$means) * coef(fit)
  male <- lung$arm == "male"
  by_hand <- vapply(sort(unique(lung$time[male])), function(t) {
    sum(lung$status[male & lung$time == t] == 2) / sum(exp(eta)[male & lung$time >= t])
  }, numeric(1))
  expect_equal(breslow$hazard[breslow$strata == "male"], cumsum(by_hand), tolerance = 1e-8)
  expect_fault(baseline_hazard(fit, baseline = "kp"), "not_a_choice", "baseline")
})

test_that("nothing overflows where covariates are far from 0", {
  d <- utils::read.csv(testthat::test_path("data", "surv326.csv"))
  d$age <- d$age + 1e5
  fit <- cox(Surv(time, status) ~ age, d)
  near <- cox(Surv(time, status) ~ age, transform(d, age = age - 1e5))
  a <- survival::survfit(as_own(fit), d)
  b <- survival::survfit(as_own(near), transform(d, age = age - 1e5))
  expect_equal(a$surv, b$surv, tolerance = 1e-7)
  expect_true(all(is.finite(a$surv)))
})

test_that("the restricted mean is the area under the curve, its error the numerical one", {
  lung <- lung_of_arms()
  fit <- cox(Surv(time, status) ~ age + arm, lung, unit = "days")
  new <- lung[c(1, 20), ]
  found <- predict(fit, new, type = "rmst", tau = 500, se.fit = TRUE)
  curve <- survival::survfit(fit, new[1, ])
  inside <- curve$time < 500
  expect_equal(found$fit[1], sum(diff(c(0, curve$time[inside], 500)) * c(1, curve$surv[inside])),
    tolerance = 1e-10
  )
  expect_equal(predict(fit, new, type = "rmst", tau = in_months(500 / 30.4375)), found$fit, tolerance = 1e-10)
  # the part of the coefficients by differences of them, that of the baseline by the sum over event times
  base <- tte:::fit_baseline(fit)
  area <- function(beta) {
    base$beta <- beta
    x <- model.matrix(fit)
    data <- tte:::fit_data(fit)
    found <- tte:::cox_baseline_cpp(data$columns, data$x, NULL, beta, "efron", base$centre, TRUE, 1L)
    h <- cumsum(found$hazard) * exp(sum((x[1, ] - base$centre) * beta) + found$shift)
    at <- found$time < 500
    sum(diff(c(0, found$time[at], 500)) * c(1, exp(-h[at])))
  }
  beta <- unname(coef(fit))
  g <- vapply(1:2, function(j) {
    e <- 1e-5 * (1:2 == j)
    (area(beta + e) - area(beta - e)) / 2e-5
  }, numeric(1))
  steps <- tte:::person_steps(base, matrix(model.matrix(fit)[1, ] - base$centre, 1), 0, 1L, -Inf, 500)
  surv <- exp(-cumsum(steps$hazard))
  tail_area <- rev(cumsum(rev(diff(c(steps$time, 500)) * surv)))
  by_hand <- sqrt(sum(tail_area^2 * steps$variance) + drop(g %*% vcov(fit) %*% g))
  expect_equal(found$se.fit[1], by_hand, tolerance = 1e-5)
})

test_that("faults of newdata are named all at once", {
  lung <- lung_of_arms()
  fit <- cox(Surv(time, status) ~ age + arm + splines::ns(wt.loss, 2) + strata(ph.ecog), lung,
    na.action = na.omit
  ) |>
    suppressMessages()
  expect_fault(predict(fit, data.frame(age = "50", arm = "male")), "wrong_type", "newdata", "age")
  expect_fault(predict(fit, data.frame(age = "50", arm = "male")), "unknown_column", "newdata", "wt.loss")
  new <- transform(lung[1:3, ], arm = c("male", "Female", "none"))
  expect_fault(predict(fit, new), "unknown_level", "newdata", "arm", 2:3)
  expect_fault(
    survival::survfit(fit, transform(lung[1:2, ], ph.ecog = 7)), "unknown_level", "newdata",
    "ph.ecog", 1:2
  )
  expect_fault(predict(fit, 1:3), "wrong_type", "newdata")
  expect_fault(predict(fit, lung[0, ]), "no_rows", "newdata")
  expect_fault(predict(fit, lung, type = "odds"), "not_a_choice", "type")
  expect_fault(predict(fit, lung[1:2, ], type = "rmst", tau = 1e5), "out_of_range", "tau")
  expect_snapshot({
    say_error(predict(fit, data.frame(age = "50", arm = "male", ph.ecog = 1)))
    say_error(predict(fit, new))
    say_error(survival::survfit(fit, transform(lung[1:2, ], ph.ecog = 7)))
    say_error(predict(fit, lung[1:2, ], type = "expected", tau = 2, se.fit = "yes"))
    say_error(survival::survfit(fit, lung[1:2, ], conf.type = "exact", conf.int = 2))
  })
})

test_that("a curve without a right error is refused", {
  lung <- lung_of_arms()
  lung$f <- rep(1:2, length.out = nrow(lung))
  fit <- cox(Surv(time, status) ~ age, lung, freq = f, cluster = old)
  expect_error(survival::survfit(fit, lung[1:2, ]), class = "tte_error_unsupported")
  expect_s3_class(survival::survfit(fit, lung[1:2, ], se.fit = FALSE), "survfit")
  away <- suppressWarnings(cox(Surv(time, status) ~ arm + x, monotone_data()))
  expect_error(survival::survfit(away), class = "tte_error_unsupported")
  expect_error(predict(away), class = "tte_error_unsupported")
})

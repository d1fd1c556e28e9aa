tiny <- function() {
  d <- textbook("fg_tiny14")
  d$what <- factor(d$status, 0:2, c("none", "one", "two"))
  d
}

mgus <- function() {
  d <- survival::mgus2
  d$months <- with(d, ifelse(pstat == 1, ptime, futime))
  d$first <- with(d, factor(ifelse(pstat == 1, 1, 2 * death), 0:2, c("censored", "PCM", "death")))
  d[d$months > 0, ]
}

test_that("fourteen patients: risk sets and weights counted by hand", {
  d <- tiny()
  fit <- fine_gray(Surv(time, what) ~ x, d)
  # cases at 1, 4, 5 and 10; competing at 2, 5 and 8; G loses 1 of 12 at 3, 2 of 10 at 4, 1 of 6 at 6,
  # 1 of 4 at 8, 1 of 3 at 9
  g4 <- 11 / 12
  g5 <- g4 * 8 / 10
  g10 <- g5 * 5 / 6 * 3 / 4 * 2 / 3
  at_4 <- c(0, g4, 0, rep(1, 11))
  at_5 <- c(0, g5, 0, 0, 0, 0, rep(1, 8))
  at_10 <- c(0, g10, 0, 0, 0, 0, g10 / g5, 0, 0, 0, g10 / (g5 * 5 / 6), 0, 1, 1)
  expect_equal(fit$loglik[1], -log(14) - log(sum(at_4)) - log(sum(at_5)) - log(sum(at_10)), tolerance = 1e-14)
  expect_equal(sum(at_4), 11 + 11 / 12)
  beta <- stats::coef(fit)
  score <- 0
  information <- 0
  for (w in list(list(rep(1, 14), 5), list(at_4, 1), list(at_5, 2), list(at_10, 2))) {
    r <- w[[1]] * exp(beta * d$x)
    mean <- sum(r * d$x) / sum(r)
    score <- score + w[[2]] - mean
    information <- information + sum(r * (d$x - mean)^2) / sum(r)
  }
  expect_equal(unname(score), 0, tolerance = 1e-8)
  expect_equal(drop(fit$naive.var), 1 / information, tolerance = 1e-10)
})

test_that("cmprsk's convention keeps tied events at risk of censoring", {
  fit <- fine_gray(Surv(time, what) ~ x, tiny(), convention = "cmprsk")
  g4 <- 11 / 12
  g5 <- g4 * 9 / 11
  g10 <- g5 * 5 / 6 * 4 / 5 * 2 / 3
  expect_equal(
    fit$loglik[1],
    -log(14) - log(11 + g4) - log(8 + g5) - log(2 + g10 + g10 / g5 + g10 / (g5 * 5 / 6)),
    tolerance = 1e-14
  )
})

test_that("the known difference of the conventions on mgus2 is there, to all digits given", {
  d <- mgus()
  expect_equal(round(unname(coef(fine_gray(Surv(months, first) ~ age + sex, d))[1]), 7), -0.0173007)
  fit <- fine_gray(Surv(months, first) ~ age + sex, d, convention = "cmprsk")
  expect_equal(round(unname(coef(fit)[1]), 7), -0.0173382)
})

test_that("without competing events it is Cox's model, with Breslow's ties and the robust variance", {
  d <- mgus()
  d$alone <- factor(ifelse(d$first == "PCM", 1, 0), 0:2, c("censored", "PCM", "death"))
  d$k <- rep(1:40, length.out = nrow(d))
  for (convention in c("geskus", "cmprsk")) {
    fit <- fine_gray(Surv(months, alone) ~ age + sex, d, convention = convention, cluster = k)
    peer <- cox(Surv(months, first == "PCM") ~ age + sex, d, ties = "breslow", cluster = k)
    expect_equal(coef(fit), coef(peer), tolerance = 1e-10)
    expect_equal(unname(vcov(fit)), unname(vcov(peer)), tolerance = 1e-9)
    expect_equal(fit$loglik, peer$loglik, tolerance = 1e-12)
    expect_equal(fit$score, peer$score, tolerance = 1e-10)
  }
})

small_case <- function(n = 90, late = FALSE) {
  with_random_seed(31, {
    d <- data.frame(x = stats::rnorm(n), z = stats::rbinom(n, 1, 0.5), site = sample(1:3, n, TRUE))
    times <- cbind(stats::rexp(n) * exp(-0.5 * d$x), stats::rexp(n, 0.7), stats::rexp(n, 0.6))
    d$start <- if (late) floor(stats::runif(n, 0, 0.8) * 8) / 8 * (seq_len(n) > 6) else numeric(n)
    d$time <- d$start + ceiling(8 * apply(times, 1, min)) / 8
    d$time[1:4] <- d$time[1:4] + 2
    d$what <- factor(c(1, 2, 0)[apply(times, 1, which.min)], 0:2, c("none", "one", "two"))
    d$w <- 1
    d$fr <- sample(1:3, n, TRUE)
    d$id <- seq_len(n)
    d
  })
}

# The variance is the sum of squared derivatives by the weight of each person: compared with difference
# quotients.
test_that("dfbeta, and so the variance, are the derivatives by each person's weight", {
  for (late in c(FALSE, TRUE)) {
    d <- small_case(60, late)
    response <- if (late) quote(Surv(start, time, what)) else quote(Surv(time, what))
    formula <- stats::as.formula(call("~", response, quote(x + z)))
    groups <- if (!late) "z"
    fitted <- function(d) {
      fine_gray(formula, d, strata = "site", weights = w, id = id, censoring = groups)
    }
    change <- by_weight(d, function(d) coef(fitted(d)))
    fit <- fitted(d)
    expect_equal(residuals(fit, type = "dfbeta"), t(change), tolerance = 1e-7, ignore_attr = TRUE)
    expect_equal(unname(vcov(fit)), unname(tcrossprod(change)), tolerance = 1e-7)
  }
})

test_that("standard errors of predicted incidences are the derivatives as well", {
  new <- data.frame(x = c(0, 1), z = c(1, 0), site = c(1, 3))
  for (late in c(FALSE, TRUE)) {
    d <- small_case(60, late)
    response <- if (late) quote(Surv(start, time, what)) else quote(Surv(time, what))
    formula <- stats::as.formula(call("~", response, quote(x + z)))
    predicted <- function(d) {
      predict(fine_gray(formula, d, strata = "site", weights = w, id = id), new, at = c(0.5, 1, 1.75))
    }
    change <- by_weight(d, function(d) predicted(d)$estimate)
    expect_equal(predicted(d)$std.error, sqrt(rowSums(change^2)), tolerance = 1e-7)
  }
})

test_that("predictions are those of the baseline; limits hold them; before the first event they are 0", {
  d <- small_case()
  fit <- fine_gray(Surv(time, what) ~ x + z, d)
  new <- data.frame(x = 0.3, z = 1, row.names = "she")
  p <- predict(fit, new)
  eta <- predict(fit, new, type = "lp")
  expect_equal(p$time, fit$baseline$time)
  expect_equal(p$estimate, -expm1(-cumsum(fit$baseline$hazard) * exp(unname(eta))), tolerance = 1e-12)
  expect_equal(unique(p$group), "she")
  expect_true(all(p$conf.low < p$estimate & p$estimate < p$conf.high))
  expect_equal(unlist(predict(fit, new, at = 0.01)[c("estimate", "std.error", "conf.low", "conf.high")]),
    c(0, 0, 0, 0),
    ignore_attr = TRUE
  )
  plain <- predict(fit, new, at = 1, conf.type = "plain")
  expect_equal(plain$conf.high - plain$estimate, stats::qnorm(0.975) * plain$std.error)
})

test_that("residuals: martingale ones add up to 0, Schoenfeld ones to the score, score ones to it by row", {
  d <- small_case()
  fit <- fine_gray(Surv(time, what) ~ x + z, d, strata = "site")
  expect_equal(sum(residuals(fit)), 0, tolerance = 1e-12)
  schoenfeld <- residuals(fit, type = "schoenfeld")
  expect_equal(unname(colSums(schoenfeld)), c(0, 0), tolerance = 1e-9)
  expect_equal(nrow(schoenfeld), sum(d$what == "one"))
  for (variance in c("sandwich", "robust")) {
    other <- fine_gray(Surv(time, what) ~ x + z, d, strata = "site", variance = variance)
    score <- residuals(other, type = "score")
    expect_equal(unname(colSums(score)), c(0, 0), tolerance = 1e-9)
    expect_equal(nrow(score), nrow(d))
  }
})

same_fit <- function(a, b, tolerance = 1e-9) {
  expect_equal(unname(coef(a)), unname(coef(b)), tolerance = tolerance)
  expect_equal(unname(vcov(a)), unname(vcov(b)), tolerance = tolerance)
}

test_that("order of rows, unit of time, scale of weights and names of strata do not matter", {
  d <- small_case(late = TRUE)
  fit <- fine_gray(Surv(start, time, what) ~ x + z, d, strata = "site", weights = fr, id = id)
  same_fit(fine_gray(Surv(start, time, what) ~ x + z, d[rev(seq_len(nrow(d))), ],
    strata = "site", weights = fr,
    id = id
  ), fit)
  scaled <- transform(d, start = start * 1e4, time = time * 1e4, fr = fr / 100, site = letters[site])
  same_fit(fine_gray(Surv(start, time, what) ~ x + z, scaled, strata = "site", weights = fr, id = id), fit)
})

test_that("a row k times is freq = k, for every variance and with late entry", {
  d <- small_case(late = TRUE)
  copies <- d[rep(seq_len(nrow(d)), d$fr), ]
  copies$id <- seq_len(nrow(copies))
  for (variance in c("sandwich", "robust", "model")) {
    a <- fine_gray(Surv(start, time, what) ~ x + z, d, freq = fr, id = id, variance = variance)
    b <- fine_gray(Surv(start, time, what) ~ x + z, copies, id = id, variance = variance)
    same_fit(a, b)
    expect_equal(a$nevent, b$nevent)
    expect_equal(a$ncompeting, b$ncompeting)
    expect_equal(a$loglik, b$loglik, tolerance = 1e-12)
  }
})

test_that("a person's row cut into pieces changes nothing", {
  d <- small_case()
  whole <- fine_gray(Surv(time, what) ~ x + z, d)
  pieces <- do.call(rbind, lapply(seq_len(nrow(d)), function(i) {
    at <- unique(c(c(0.3, 0.8)[c(0.3, 0.8) < d$time[i]], d$time[i]))
    rows <- d[rep(i, length(at)), ]
    rows$start <- c(0, at[-length(at)])
    rows$time <- at
    rows$what[-length(at)] <- "none"
    rows
  }))
  same_fit(fine_gray(Surv(start, time, what) ~ x + z, pieces, id = id), whole)
})

test_that("one stratum is none, each its own censoring group is the fits side by side", {
  d <- small_case()
  one <- fine_gray(Surv(time, what) ~ x, transform(d, all = 1), strata = "all")
  same_fit(one, fine_gray(Surv(time, what) ~ x, d))
  by_site <- fine_gray(Surv(time, what) ~ x, d, strata = "site", censoring = "site")
  at_beta <- vapply(1:3, function(s) {
    own <- d[d$site == s, ]
    input <- list(stop = own$time, cause = as.integer(own$what) - 1L)
    oracle_fine_gray(input, cbind(own$x), coef(by_site))$loglik
  }, 0)
  expect_equal(by_site$loglik[2], sum(at_beta), tolerance = 1e-10)
})

test_that("weights also change when somebody of another stratum is censored", {
  d <- data.frame(
    time = c(1, 2, 3, 4, 1.5, 5), what = factor(c(2, 0, 1, 1, 0, 0), 0:2, c("none", "one", "two")),
    x = c(1, 0, 2, 1, 0, 1), site = c(1, 1, 1, 1, 2, 2)
  )
  fit <- suppressWarnings(
    fine_gray(Surv(time, what) ~ x, d, strata = "site"), "tte_warning_monotone_likelihood"
  )
  # at 3 the first person counts G(3-): 4 of 5 at 1.5 in the other stratum, 3 of 4 at 2
  expect_equal(fit$loglik[1], -log(2 + 4 / 5 * 3 / 4) - log(1 + 4 / 5 * 3 / 4), tolerance = 1e-14)
  own <- suppressWarnings(
    fine_gray(Surv(time, what) ~ x, d, strata = "site", censoring = "site"), "tte_warning_monotone_likelihood"
  )
  expect_equal(own$loglik[1], -log(2 + 2 / 3) - log(1 + 2 / 3), tolerance = 1e-14)
})

test_that("the cause can be chosen; an ADTTE has it from competing", {
  d <- small_case()
  two <- fine_gray(Surv(time, what) ~ x, d, cause = "two")
  turned <- transform(d, what = factor(as.character(what), c("none", "two", "one")))
  same_fit(two, fine_gray(Surv(time, what) ~ x, turned))
  expect_identical(two$cause, "two")
  adtte <- data.frame(
    USUBJID = d$id, PARAMCD = "IRAE", AVAL = d$time, CNSR = as.integer(d$what != "one"),
    EVNTDESC = c("Alive", "irAE", "Death")[as.integer(d$what)], x = d$x
  )
  same_fit(
    fine_gray(~x, adtte, competing = c(death = "Death"), day_one = FALSE), fine_gray(Surv(time, what) ~ x, d)
  )
})

test_that("tidy, glance, confint, summary and logLik have what they promise", {
  fit <- fine_gray(Surv(months, first) ~ age + sex, mgus())
  rows <- tidy(fit, exponentiate = TRUE, conf.int = TRUE)
  expect_equal(rows$estimate, unname(exp(coef(fit))))
  expect_equal(rows$std.error, unname(sqrt(diag(vcov(fit)))))
  expect_equal(log(rows$conf.low), unname(confint(fit)[, 1]))
  expect_equal(summary(fit)$conf.int[, "upper"], rows$conf.high, ignore_attr = TRUE)
  expect_equal(glance(fit)$statistic.wald, drop(coef(fit) %*% solve(vcov(fit)) %*% coef(fit)))
  expect_s3_class(logLik(fit), "logLik")
  expect_false(inherits(fit, "coxph"))
})

test_that("print names cause, convention and variance", {
  d <- small_case()
  expect_snapshot(print(fine_gray(Surv(time, what) ~ x + z, d, strata = "site", convention = "cmprsk")))
  fit <- fine_gray(Surv(time, what) ~ x, d)
  expect_snapshot(print(predict(fit, data.frame(x = 0:1), at = c(1, 2))))
})

test_that("an arm that never has the cause gets an infinite coefficient and a warning", {
  d <- small_case()
  d$what[d$z == 1 & d$what == "one"] <- "two"
  expect_warning(fit <- fine_gray(Surv(time, what) ~ x + z, d), class = "tte_warning_monotone_likelihood")
  expect_identical(unname(coef(fit)[2]), -Inf)
  expect_error(predict(fit, data.frame(x = 0, z = 0)), class = "tte_error_unsupported")
  expect_error(residuals(fit), class = "tte_error_unsupported")
})

test_that("a column without information is aliased, and predictions go without it", {
  d <- transform(small_case(), twice = 2 * x)
  expect_warning(fit <- fine_gray(Surv(time, what) ~ x + twice, d), class = "tte_warning_aliased")
  alone <- fine_gray(Surv(time, what) ~ x, d)
  expect_equal(coef(fit)[["x"]], coef(alone)[["x"]], tolerance = 1e-9)
  new <- data.frame(x = 1, twice = 2)
  a <- predict(fit, new, at = 1)
  b <- predict(alone, new, at = 1)
  expect_equal(c(a$estimate, a$std.error), c(b$estimate, b$std.error), tolerance = 1e-9)
})

test_that("wrong input is refused, and the message says what to do", {
  d <- small_case()
  expect_snapshot(error = TRUE, {
    fine_gray(Surv(time, what == "one") ~ x, d)
    fine_gray(Surv(time, what) ~ x, d, cause = "three")
    fine_gray(Surv(time, what) ~ x, d, subset = what != "one")
    fine_gray(Surv(time, what) ~ x, d, convention = "gray", variance = "full")
    fine_gray(Surv(time, what) ~ x, d, censoring = "nowhere")
    fine_gray(Surv(time, time, what) ~ x, d)
    fine_gray(Surv(time, what) ~ x, d, variance = "model", cluster = site)
    fine_gray(Surv(start, time, what) ~ x, small_case(late = TRUE), censoring = "site")
    predict(fine_gray(Surv(time, what) ~ x, d), data.frame(z = 1))
    predict(fine_gray(Surv(time, what) ~ x, d, strata = "site"), data.frame(x = 1, site = 9))
    predict(fine_gray(Surv(time, what) ~ x, d), data.frame(x = c(1, NA)))
  })
})

test_that("a risk set that empties before others enter is refused: the weights are undefined", {
  d <- data.frame(
    start = c(0, 0, 3, 3, 3), time = c(1, 2, 4, 5, 6), x = c(1, 0, 1, 0, 2),
    what = factor(c(2, 1, 1, 2, 1), 0:2, c("none", "one", "two"))
  )
  expect_error(fine_gray(Surv(start, time, what) ~ x, d), class = "tte_error_input")
  d$time[2] <- 3.5
  expect_s3_class(fine_gray(Surv(start, time, what) ~ x, d), "tte_fine_gray")
})

test_that("an effect that changes with time is coxph()'s tt() without competing events", {
  d <- small_case()
  d$alone <- factor(ifelse(d$what == "one", 1, 0), 0:2, c("none", "one", "two"))
  fit <- fine_gray(Surv(time, alone) ~ x + z, d, changing = list(x = log), variance = "model")
  peer <- survival::coxph(
    survival::Surv(time, what == "one") ~ x + z + tt(x), d,
    tt = function(x, t, ...) x * log(t), ties = "breslow",
    control = survival::coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
  )
  expect_equal(unname(coef(fit)), unname(coef(peer)), tolerance = 1e-8)
  expect_equal(unname(vcov(fit)), unname(vcov(peer)), tolerance = 1e-7)
  expect_identical(names(coef(fit)), c("x", "z", "x:f(t)"))
})

test_that("the variance of an effect that changes with time is the derivative by the weights as well", {
  d <- small_case(60, late = TRUE)
  fixed <- fine_gray(Surv(start, time, what) ~ z + x, d, id = id, strata = "site")
  alone <- fine_gray(Surv(start, time, what) ~ z + x, d,
    id = id, strata = "site",
    changing = list(x = function(t) as.numeric(t > 1))
  )
  expect_length(coef(alone), 3)
  fitted <- function(d) {
    fine_gray(Surv(start, time, what) ~ z + x, d,
      id = id, weights = w, strata = "site",
      changing = list(x = sqrt)
    )
  }
  change <- by_weight(d, function(d) coef(fitted(d)))
  expect_equal(unname(vcov(fitted(d))), unname(tcrossprod(change)), tolerance = 1e-6)
  expect_equal(sum(fixed$nevent), alone$nevent)
  expect_error(predict(alone, d), class = "tte_error_unsupported")
  expect_error(fine_gray(Surv(time, what) ~ x, d, changing = list(y = log)), class = "tte_error_input")
})

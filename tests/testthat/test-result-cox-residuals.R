tg_fit <- function(ties) {
  tg <- data.frame(time = c(1, 1, 6, 6, 8, 9), status = c(1, 0, 1, 1, 0, 1), x = c(1, 1, 1, 0, 0, 0))
  cox(Surv(time, status) ~ x, tg[c(4, 1, 6, 3, 2, 5), ], ties = ties)
}
in_book_order <- function(x) x[c(2, 5, 4, 1, 6, 3)]

test_that("residuals of Breslow's fit are those worked by hand", {
  r <- (3 + sqrt(33)) / 2
  fit <- tg_fit("breslow")
  first <- 1 / (3 * r + 3)
  second <- 2 / (r + 3)
  hazard <- c(first, first, first + second, first + second, first + second, first + second + 1)
  risk <- c(r, r, r, 1, 1, 1)
  m <- c(1, 0, 1, 1, 0, 1) - risk * hazard
  expect_equal(unname(in_book_order(residuals(fit))), m, tolerance = 1e-8)
  expect_equal(unname(in_book_order(residuals(fit, "cox-snell"))), risk * hazard, tolerance = 1e-8)
  expect_equal(residuals(fit, "schoenfeld"),
    c("1" = 1 / (r + 1), "6" = 3 / (r + 3), "6" = -r / (r + 3), "9" = 0)[c(1, 3, 2, 4)],
    tolerance = 1e-8
  )
  away <- 1 - r / (r + 1)
  score <- c(
    away * (1 - r * first), -away * r * first, -away * r * first + (3 / (r + 3)) * (1 - r * second),
    r / (r + 1) * first - r / (r + 3) * (1 - second), r / (r + 1) * first + r / (r + 3) * second,
    r / (r + 1) * first + r / (r + 3) * second
  )
  expect_equal(unname(in_book_order(residuals(fit, "score"))), score, tolerance = 1e-8)
  expect_equal(sum(score), 0, tolerance = 1e-10)
  expect_equal(residuals(fit, "dfbeta"), residuals(fit, "score") * vcov(fit)[1, 1], tolerance = 1e-10)
  expect_equal(
    unname(residuals(fit, "scaledsch")), unname(4 * residuals(fit, "schoenfeld") * vcov(fit)[
      1,
      1
    ] + coef(fit)),
    tolerance = 1e-10
  )
  deviance <- sign(m) * sqrt(-2 * (m + c(1, 0, 1, 1, 0, 1) * log(pmax(1e-300, c(1, 1, 1, 1, 1, 1) - m))))
  deviance[c(2, 5)] <- sign(m[c(2, 5)]) * sqrt(-2 * m[c(2, 5)])
  expect_equal(unname(in_book_order(residuals(fit, "deviance"))), deviance, tolerance = 1e-8)
})

test_that("Efron's tied deaths are at risk for a part of the step", {
  fit <- tg_fit("efron")
  r <- exp(coef(fit)[[1]])
  first <- 1 / (3 * r + 3)
  steps <- c(1 / (r + 3), 2 / (r + 5))
  tied <- first + steps[1] + steps[2] / 2
  whole <- first + sum(steps)
  m <- c(1 - r * first, -r * first, 1 - r * tied, 1 - tied, -whole, 1 - whole - 1)
  expect_equal(unname(in_book_order(residuals(fit))), m, tolerance = 1e-8)
  expect_equal(sum(residuals(fit, "score")), 0, tolerance = 1e-10)
})

test_that("a row of freq 2 has the residual of one of two rows", {
  d <- lung_of_arms()
  d$f <- rep(c(1, 2), length.out = nrow(d))
  fit <- cox(Surv(time, status) ~ arm + age, d, freq = f)
  copies <- cox(Surv(time, status) ~ arm + age, d[rep(seq_len(nrow(d)), d$f), ])
  expect_s3_class(fit, "tte_model")
  once <- !duplicated(rep(seq_len(nrow(d)), d$f))
  for (type in c("martingale", "deviance", "score", "partial", "cox-snell")) {
    expect_equal(as.matrix(residuals(fit, type)), as.matrix(residuals(copies, type))[once, , drop = FALSE],
      tolerance = 1e-7, ignore_attr = TRUE, info = type
    )
  }
  expect_equal(residuals(fit, "dfbeta", weighted = FALSE), residuals(copies, "dfbeta")[once, ],
    tolerance = 1e-7, ignore_attr = TRUE
  )
  expect_equal(unname(colSums(residuals(fit, "dfbeta"))), c(0, 0), tolerance = 1e-8)
  expect_equal(unique(residuals(fit, "scaledsch")), unique(residuals(copies, "scaledsch")), tolerance = 1e-7)
})

test_that("collapse sums over persons, clusters or a vector", {
  h <- survival::heart
  fit <- cox(Surv(start, stop, event) ~ age + year, h, id = id)
  whole <- residuals(fit, "dfbeta")
  expect_equal(residuals(fit, "dfbeta", collapse = TRUE), rowsum(whole, h$id), ignore_attr = TRUE)
  expect_equal(residuals(fit, "martingale", collapse = h$surgery), drop(rowsum(residuals(fit), h$surgery)))
  clustered <- cox(Surv(start, stop, event) ~ age + year, h, cluster = surgery)
  expect_equal(dim(residuals(clustered, "score", collapse = TRUE)), c(2, 2))
  expect_fault(residuals(fit, collapse = 1:3), "wrong_length", "collapse")
  expect_fault(residuals(fit, "pearson"), "not_a_choice", "type")
})

test_that("rows left out come back under na.exclude", {
  lung <- survival::lung
  fit <- suppressMessages(cox(Surv(time, status) ~ ph.ecog + age, lung, na.action = na.exclude))
  at <- which(is.na(lung$ph.ecog))
  expect_identical(which(is.na(residuals(fit))), at)
  expect_identical(which(is.na(residuals(fit, "dfbeta")[, 1])), at)
  expect_length(residuals(fit, "deviance"), nrow(lung))
})

test_that("dfbeta is near what leaving a row out does", {
  d <- untied_trial()
  fit <- cox(Surv(time, status) ~ x, d)
  left <- vapply(seq_len(nrow(d)), function(i) {
    coef(fit)[[1]] - coef(cox(
      Surv(time, status) ~ x,
      d[-i, ]
    ))[[1]]
  }, 1)
  expect_gt(stats::cor(left, residuals(fit, "dfbeta")), 0.99)
})

test_that("residuals that are not defined are refused by name", {
  d <- lung_of_arms()
  exact <- cox(Surv(time, status) ~ arm, d, ties = "exact-discrete")
  expect_error(residuals(exact, "score"), class = "tte_error_unsupported")
  expect_length(residuals(exact, "martingale"), nrow(d))
  away <- suppressWarnings(cox(Surv(time, status) ~ arm + x, monotone_data()))
  expect_error(residuals(away, "dfbeta"), class = "tte_error_unsupported")
  expect_equal(sum(residuals(away)), 0, tolerance = 1e-6)
  expect_snapshot({
    say_error(residuals(exact, "schoenfeld"))
    say_error(residuals(away, "score"))
  })
})

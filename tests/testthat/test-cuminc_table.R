test_that("tbl_cuminc() is tidycmprsk's own table", {
  skip_if_not_installed("tidycmprsk")
  trial <- getExportedValue("tidycmprsk", "trial")
  body <- function(x, ...) as.data.frame(getExportedValue("tidycmprsk", "tbl_cuminc")(x, ...)$table_body)
  by_arm <- cif(Surv(ttdeath, death_cr) ~ trt, trial)
  peer <- getExportedValue("tidycmprsk", "cuminc")(survival::Surv(ttdeath, death_cr) ~ trt, trial)
  expect_equal(body(by_arm, times = c(12, 24)), body(peer, times = c(12, 24)))
  expect_equal(
    body(cif(Surv(ttdeath, death_cr) ~ 1, trial)),
    body(getExportedValue("tidycmprsk", "cuminc")(survival::Surv(ttdeath, death_cr) ~ 1, trial))
  )
})

test_that("the rows behind the table are the curve's, from the start on", {
  d <- data.frame(
    time = c(1, 2, 2, 4), what = factor(c("a", "b", "none", "a"), c("none", "a", "b")),
    arm = c("x", "x", "y", "y")
  )
  rows <- cuminc_rows(cif(Surv(time, what) ~ arm, d), c("a", "b"))
  expect_equal(levels(rows$strata), c("x", "y"))
  first <- rows[rows$strata == "x" & rows$outcome == "a", ]
  expect_equal(first$time, c(0, 1, 2))
  expect_equal(first$estimate, c(0, 0.5, 0.5))
  expect_equal(first$n.risk, c(2L, 2L, 1L))
  expect_equal(first$cum.event, c(0L, 1L, 1L))
  expect_equal(rows[rows$strata == "y" & rows$outcome == "a", "cum.censor"], c(0L, 1L, 1L))
})

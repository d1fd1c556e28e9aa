# gray_test() against cmprsk::cuminc(): recorded answers always, cmprsk itself when a full comparison is asked
# for.

expect_gray <- function(case, cause, statistic, df, label, tally) {
  test <- gray_call(case, cause)
  expect_near(unname(test$statistic), statistic, 1e-8, TRUE, "statistic", tally, label)
  expect_identical(unname(test$parameter), as.double(df), label = paste(label, "df"))
}

test_that("gray_test() is cuminc()'s test, by its recorded answers (make_gray_test_cmprsk.R)", {
  recorded <- utils::read.csv(test_path("reference", "gray_test_cmprsk.csv"))
  tally <- new_tally("gray_test v cmprsk, recorded")
  for (i in seq_len(nrow(recorded))) {
    one <- recorded[i, ]
    tally$cases <- tally$cases + 1L
    expect_gray(gray_case(one$seed), one$cause, one$stat, one$df, sprintf("gray_case(%d):", one$seed), tally)
  }
  expect_gte(tally$cases, 80L)
  print_tally(tally, recorded$seed)
})

if (nzchar(Sys.getenv("TTE_RANDOM_CASES"))) {
  test_that("gray_test() is cuminc()'s test on random data", {
    skip_if_not_installed("cmprsk")
    tally <- new_tally("gray_test v cmprsk")
    seeds <- gray_seeds(length(random_seeds()))
    for (seed in seeds) {
      case <- gray_case(seed)
      tally$cases <- tally$cases + 1L
      peer <- gray_answer(case)
      # cuminc() gives no test where groups have nothing to tell about a cause
      peer <- peer[peer[, "stat"] >= 0, , drop = FALSE]
      if (NROW(peer) == 0) {
        tally$set_aside <- tally$set_aside + 1L
        next
      }
      for (i in seq_len(nrow(peer))) {
        cause <- as.integer(rownames(peer)[i])
        expect_gray(case, cause, peer[i, "stat"], peer[i, "df"], sprintf("gray_case(%d):", seed), tally)
      }
    }
    expect_lte(tally$set_aside, 0.05 * tally$cases)
    print_tally(tally, seeds)
  })
}

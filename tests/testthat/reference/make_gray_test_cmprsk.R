# Makes gray_test_cmprsk.csv: the tests of cmprsk::cuminc() for seeded random cases, with rho and strata. Run
# in tests/testthat, with cmprsk installed:
#   Rscript reference/make_gray_test_cmprsk.R
source("helper-oracle.R")
source("helper-random.R")
source("helper-cif.R")

rows <- lapply(gray_seeds(40L), function(seed) {
  found <- gray_answer(gray_case(seed))
  if (is.null(found) || any(found[, "stat"] < 0)) {
    return(NULL)
  }
  data.frame(seed = seed, cause = as.integer(rownames(found)), stat = found[, "stat"], df = found[, "df"])
})
out <- do.call(rbind, rows)
out$stat <- formatC(out$stat, digits = 15, format = "g", width = 1)
utils::write.csv(out, "reference/gray_test_cmprsk.csv", row.names = FALSE, quote = FALSE)
cat(nrow(out), "rows; cmprsk", format(utils::packageVersion("cmprsk")), "\n")

# Packages outside the closed list of imports are asked for where they are used.

need <- function(package, purpose, call = rlang::caller_env()) {
  if (requireNamespace(package, quietly = TRUE)) {
    return(invisible(TRUE))
  }
  rlang::abort(
    c(sprintf("Package %s is needed for %s and is not installed.", package, purpose),
      i = sprintf("install.packages(\"%s\")", package)
    ),
    class = c("tte_error_missing_package", "tte_error"), package = package, call = call
  )
}

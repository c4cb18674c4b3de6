# Searching, approving and repairing in the review.
approve = Approve
key-approve = Approve a segment of a review
key-mark = Put the first formatting around the selection
fixes = Formatting and fixes
fix-insert = Insert { $text }
fix-select = Show { $text }
fix-mark = Put in { $number } { $name }
mark-move = Move { $name } to the selection
save-equal = Save for all { $n } equal segments
search-segments = Search and replace
search-find = Find in all segments
search-replace = Replace with
search-case = Match case
search-close = Close the search
replace-all = Replace in
replace-question = { $n ->
    [one] Replace “{ $wanted }” with “{ $replacement }” in { $n } translation?
   *[other] Replace “{ $wanted }” with “{ $replacement }” in { $n } translations?
}

/** Replaces the text of a field in a way that undo takes back, and tells listeners. */
export function replaceText(field: HTMLTextAreaElement | HTMLInputElement, text: string): void {
  field.focus()
  field.select()
  insertText(field, text)
}

/** Puts a text in place of the selection in the same way. */
export function insertText(field: HTMLTextAreaElement | HTMLInputElement, text: string): void {
  // Deprecated, and the only way that keeps the undo history of a text field.
  if (document.execCommand?.(text ? 'insertText' : 'delete', false, text)) return
  field.setRangeText(text, field.selectionStart ?? 0, field.selectionEnd ?? 0, 'end')
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

//! The work that a template may cause.

/// What one evaluated expression or statement, and one item of a list, costs; a byte of text costs 1.
pub(super) const STEP: usize = 32;

/// Steps, bytes and list items that are left. Real templates with two messages use about 1 %.
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(8 << 20)
    }
}

impl Budget {
    /// Pays for what is about to be made.
    pub fn spend(&mut self, cost: usize) -> Result<(), String> {
        self.0 = self.0.checked_sub(cost).ok_or("it takes too many steps or makes too much text")?;
        Ok(())
    }

    /// Pays for a list or object.
    pub fn items(&mut self, count: usize) -> Result<(), String> {
        self.spend(count.saturating_mul(STEP))
    }
}

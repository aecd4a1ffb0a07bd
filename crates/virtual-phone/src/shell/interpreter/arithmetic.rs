//! `$((…))`: evaluating the parser crate's expressions. Numbers wrap at 64 bits.

use brush_parser::arithmetic;
use brush_parser::ast::{
    ArithmeticExpr as Expression, ArithmeticTarget as Target, BinaryOperator as Binary,
    UnaryAssignmentOperator as Step, UnaryOperator as Unary,
};

use crate::shell::session::Session;
use crate::shell::syntax::parse;

/// Variables whose values are names of further variables.
const MAX_REFERENCE_DEPTH: u32 = 16;

/// Evaluates `typed`, in which parameters are already expanded.
pub(crate) fn evaluate(session: &mut Session, typed: &str) -> Result<i64, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(0);
    }
    let expression = crate::shell::syntax::guard::objection(typed)
        .map_or_else(|| parse::guarded(|| arithmetic::parse(typed)).and_then(Result::ok), |_| None)
        .ok_or_else(|| format!("{typed}: unexpected token"))?;
    value(session, &expression)
}

fn value(session: &mut Session, expression: &Expression) -> Result<i64, String> {
    match expression {
        Expression::Literal(number) => Ok(*number),
        Expression::Reference(target) => lookup(session, target),
        Expression::UnaryOp(operator, operand) => {
            let operand = value(session, operand)?;
            Ok(match operator {
                Unary::UnaryPlus => operand,
                Unary::UnaryMinus => operand.wrapping_neg(),
                Unary::BitwiseNot => !operand,
                Unary::LogicalNot => i64::from(operand == 0),
            })
        }
        Expression::BinaryOp(Binary::LogicalAnd, left, right) => {
            Ok(i64::from(value(session, left)? != 0 && value(session, right)? != 0))
        }
        Expression::BinaryOp(Binary::LogicalOr, left, right) => {
            Ok(i64::from(value(session, left)? != 0 || value(session, right)? != 0))
        }
        Expression::BinaryOp(operator, left, right) => {
            let left = value(session, left)?;
            apply(operator, left, value(session, right)?)
        }
        Expression::Conditional(condition, yes, no) => {
            let branch = if value(session, condition)? != 0 { yes } else { no };
            value(session, branch)
        }
        Expression::Assignment(target, new) => {
            let new = value(session, new)?;
            assign(session, target, new)
        }
        Expression::BinaryAssignment(operator, target, operand) => {
            let old = lookup(session, target)?;
            let operand = value(session, operand)?;
            let new = apply(operator, old, operand)?;
            assign(session, target, new)
        }
        Expression::UnaryAssignment(step, target) => {
            let old = lookup(session, target)?;
            let new = match step {
                Step::PrefixIncrement | Step::PostfixIncrement => old.wrapping_add(1),
                Step::PrefixDecrement | Step::PostfixDecrement => old.wrapping_sub(1),
            };
            assign(session, target, new)?;
            Ok(if matches!(step, Step::PostfixIncrement | Step::PostfixDecrement) { old } else { new })
        }
    }
}

fn apply(operator: &Binary, left: i64, right: i64) -> Result<i64, String> {
    let shift = u32::try_from(right & 63).unwrap_or(0);
    Ok(match operator {
        Binary::Power => {
            left.wrapping_pow(u32::try_from(right).map_err(|_| "exponent out of range".to_owned())?)
        }
        Binary::Multiply => left.wrapping_mul(right),
        Binary::Divide | Binary::Modulo if right == 0 => return Err("zero divisor".to_owned()),
        Binary::Divide => left.wrapping_div(right),
        Binary::Modulo => left.wrapping_rem(right),
        Binary::Comma => right,
        Binary::Add => left.wrapping_add(right),
        Binary::Subtract => left.wrapping_sub(right),
        Binary::ShiftLeft => left.wrapping_shl(shift),
        Binary::ShiftRight => left.wrapping_shr(shift),
        Binary::LessThan => i64::from(left < right),
        Binary::LessThanOrEqualTo => i64::from(left <= right),
        Binary::GreaterThan => i64::from(left > right),
        Binary::GreaterThanOrEqualTo => i64::from(left >= right),
        Binary::Equals => i64::from(left == right),
        Binary::NotEquals => i64::from(left != right),
        Binary::BitwiseAnd => left & right,
        Binary::BitwiseXor => left ^ right,
        Binary::BitwiseOr => left | right,
        Binary::LogicalAnd => i64::from(left != 0 && right != 0),
        Binary::LogicalOr => i64::from(left != 0 || right != 0),
    })
}

fn lookup(session: &Session, target: &Target) -> Result<i64, String> {
    let Target::Variable(name) = target else { return Err("bad substitution".to_owned()) };
    let mut name = name.clone();
    for _ in 0..MAX_REFERENCE_DEPTH {
        let held = session.variable(&name).unwrap_or_default();
        let held = held.trim();
        if held.is_empty() {
            return Ok(0);
        }
        match held.parse() {
            Ok(number) => return Ok(number),
            Err(_) => name = held.to_owned(),
        }
    }
    Err(format!("{name}: recursive expression"))
}

fn assign(session: &mut Session, target: &Target, new: i64) -> Result<i64, String> {
    let Target::Variable(name) = target else { return Err("bad substitution".to_owned()) };
    session.set_variable(name, new.to_string());
    Ok(new)
}
